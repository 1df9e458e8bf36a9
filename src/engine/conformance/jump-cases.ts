import { EDGES, hex, IMMEDIATES } from "./operands.ts"
import { JUMPS, type JumpRow, type Slot } from "./reference.ts"
import {
  ending,
  JMP,
  JMP32,
  keep,
  type SuiteProgram,
  set,
  slot,
  wideConstant,
  withImmediate,
  withRegister,
} from "./suite.ts"

const WIDTHS = [
  { width: 32, kind: JMP32 },
  { width: 64, kind: JMP },
] as const
type Width = (typeof WIDTHS)[number]

const PAIRS = EDGES.flatMap(a => EDGES.map(b => [a, b] as const))

/** Section 4.3, without calls. */
export function jumpPrograms(): SuiteProgram[] {
  const conditions = JUMPS.flatMap(row =>
    WIDTHS.flatMap(width => [
      ofRegisters(row, width),
      ofImmediates(row, width),
      ofKnownValues(row, width),
      ofItself(row, width),
    ]),
  )
  return [...conditions, ...distances(), loop(), mayGoto()]
}

/** Keeps 1 where the jump is taken, else 0. */
function taken(jump: Slot, word: number): Slot[] {
  return [set(3, 1), { ...jump, off: 1 }, set(3, 0), keep(word, 3)]
}

const title = (width: number, name: string): string => (width === 32 ? `${name}32` : name)

function ofRegisters({ name, symbol, code }: JumpRow, { width, kind }: Width): SuiteProgram {
  return {
    name: `${title(width, name)} reg`,
    code: ending(taken(withRegister(kind, code, 1, 2), 0)),
    runs: PAIRS.map(([a, b]) => ({
      args: [a, b],
      cases: [{ name: `${hex(a)} ${symbol} ${hex(b)}`, first: 0 }],
    })),
  }
}

function ofImmediates({ name, symbol, code }: JumpRow, { width, kind }: Width): SuiteProgram {
  return {
    name: `${title(width, name)} imm`,
    code: ending(...IMMEDIATES.map((imm, word) => taken(withImmediate(kind, code, 1, imm), word))),
    runs: EDGES.map(a => ({
      args: [a],
      cases: IMMEDIATES.map((imm, word) => ({ name: `${hex(a)} ${symbol} ${hex(imm)}`, first: word })),
    })),
  }
}

function ofKnownValues({ name, symbol, code }: JumpRow, { width, kind }: Width): SuiteProgram {
  const steps = PAIRS.map(([a, b], word) => [
    ...wideConstant(1, a),
    ...wideConstant(2, b),
    ...taken(withRegister(kind, code, 1, 2), word),
  ])
  return {
    name: `${title(width, name)} of known values`,
    code: ending(...steps),
    runs: [
      {
        args: [],
        cases: PAIRS.map(([a, b], word) => ({ name: `${hex(a)} ${symbol} ${hex(b)}`, first: word })),
      },
    ],
  }
}

function ofItself({ name, symbol, code }: JumpRow, { width, kind }: Width): SuiteProgram {
  return {
    name: `${title(width, name)} of a register and itself`,
    code: ending(taken(withRegister(kind, code, 1, 1), 0)),
    runs: EDGES.map(a => ({ args: [a], cases: [{ name: `${hex(a)} ${symbol} itself`, first: 0 }] })),
  }
}

const FILLER = set(8, 1)

/** JA of 16 bits and of 32 (gotol), a conditional jump, forwards and back, over as many instructions as their fields can say. */
function distances(): SuiteProgram[] {
  const rows = [
    { name: "ja", opcode: 0x05, field: "off", longest: 0x7fff },
    { name: "gotol", opcode: 0x06, field: "imm", longest: 70_000 },
    { name: "jeq", opcode: 0x1d, field: "off", longest: 0x7fff },
  ] as const
  return rows.flatMap(({ name, opcode, field, longest }) =>
    [0, 1, 2, 100, longest - 3, longest].map(distance => {
      const jump = (by: number): Slot => slot(opcode, { [field]: by })
      const isBack = distance === longest - 3
      const filler = Array.from({ length: distance }, () => FILLER)
      const code = isBack
        ? // To the end, back over everything, and out of there.
          [jump(distance), ...filler.slice(2), set(4, 7), slot(0x05, { off: 1 }), jump(-distance), keep(0, 4)]
        : [set(4, 5), jump(distance), ...filler.fill(set(4, 9)), keep(0, 4)]
      return {
        name: `${name} ${isBack ? "back" : "forwards"} over ${distance}`,
        code: ending(...code),
        runs: [{ args: [], cases: [{ name: "once", first: 0 }] }],
      }
    }),
  )
}

/** r1 + (r1 - 1) + … + 1 */
function loop(): SuiteProgram {
  const counts = [1n, 2n, 3n, 10n, 100n, 1000n]
  return {
    name: "a loop",
    code: ending(
      set(3, 0),
      withRegister(7, 0x0, 3, 1),
      withImmediate(7, 0x1, 1, 1),
      withImmediate(JMP, 0x5, 1, 0, -3),
      keep(0, 3),
      keep(1, 1),
    ),
    runs: counts.map(count => ({ args: [count], cases: [{ name: `${count} times`, first: 0, count: 2 }] })),
  }
}

/** Linux 6.9: goes on as often as the budget says. */
function mayGoto(): SuiteProgram {
  return {
    name: "may_goto",
    code: ending(
      set(3, 0),
      slot(0xe5, { off: 2 }),
      withImmediate(7, 0x0, 3, 1),
      slot(0x05, { off: -3 }),
      keep(0, 3),
      slot(0xe5, { off: 1 }),
      set(3, 99),
      keep(1, 3),
    ),
    runs: [
      {
        args: [],
        cases: [
          { name: "in a loop", first: 0 },
          { name: "after its budget", first: 1 },
        ],
      },
    ],
  }
}
