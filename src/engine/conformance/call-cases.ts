import { EDGES, hex } from "./operands.ts"
import type { Slot } from "./reference.ts"
import {
  ALU64,
  EXIT,
  ending,
  keep,
  move,
  PACKET,
  type SuiteProgram,
  set,
  slot,
  withRegister,
} from "./suite.ts"

const ARGUMENTS = [1, 2, 3, 4] as const

/** A way to call: its instructions at `slot`, for a function that starts at `target`. */
interface Call {
  readonly name: string
  readonly length: 1 | 3
  readonly slots: (at: number, target: number) => readonly Slot[]
}

const subprogram = (distance: number): Slot => slot(0x85, { src: 1, imm: distance })

const HELPER: Call = { name: "helper", length: 1, slots: () => [slot(0x85, { imm: 1 })] }
const LARGE_HELPER: Call = {
  name: "helper with a large id",
  length: 1,
  slots: () => [slot(0x85, { imm: 0x7fff_ffff })],
}
const SUBPROGRAM: Call = {
  name: "subprogram",
  length: 1,
  slots: (at, target) => [subprogram(target - at - 1)],
}
/** The function's address is loaded, then called. */
const CALLX: Call = {
  name: "function in a register",
  length: 3,
  slots: (at, target) => [
    slot(0x18, { dst: 0, src: 4, imm: target - at - 1 }),
    slot(0),
    slot(0x8d, { dst: 0 }),
  ],
}
const CALLS = [HELPER, LARGE_HELPER, SUBPROGRAM, CALLX]

/** Section 4.3.1, callx, and the legacy loads of section 5.5. */
export function callPrograms(): SuiteProgram[] {
  return [...CALLS.map(called), ...CALLS.map(kept), results(), recursion(), ...packetLoads()]
}

/** `before`, the call, `after`, and a function behind the exit. */
function around(
  before: readonly Slot[],
  call: Call,
  after: readonly Slot[],
  callee: readonly Slot[],
): Slot[] {
  const end = [...after, set(0, 0), EXIT]
  const target = before.length + call.length + end.length
  return [...before, ...call.slots(before.length, target), ...end, ...callee, EXIT]
}

/** r0 = ((r1 * 3 + r2) * 3 + r3) * 3 + r4 */
const SUM: readonly Slot[] = [
  move(0, 1),
  ...[2, 3, 4].flatMap(register => [slot(0x27, { dst: 0, imm: 3 }), withRegister(ALU64, 0x0, 0, register)]),
]

/** Each edge as each argument. */
function called(call: Call): SuiteProgram {
  return {
    name: `call of a ${call.name}: arguments and result`,
    code: around([move(9, 5)], call, [move(5, 9), keep(0, 0)], SUM),
    runs: EDGES.flatMap(value =>
      ARGUMENTS.map(place => ({
        args: ARGUMENTS.map(argument => (argument === place ? value : BigInt(argument))),
        cases: [{ name: `r${place} = ${hex(value)}`, first: 0 }],
      })),
    ),
  }
}

/** r6 … r9, r10 and the frame survive a function that writes to its own. */
function kept(call: Call): SuiteProgram {
  const registers = [6, 7, 8] as const
  const spill = (src: number) => slot(0x7b, { dst: 10, src, off: -8 })
  const before = [move(9, 5), ...registers.map((register, index) => move(register, index + 1)), spill(1)]
  const after = [
    move(5, 9),
    ...registers.map((register, index) => keep(index, register)),
    slot(0x79, { dst: 1, src: 10, off: -8 }),
    keep(3, 1),
    keep(4, 10),
  ]
  const callee = [...[6, 7, 8, 9].map(register => set(register, -1)), spill(6), move(0, 10)]
  return {
    name: `call of a ${call.name}: what it keeps`,
    code: around(before, call, after, callee),
    runs: EDGES.map((value, index) => ({
      args: [value, EDGES[(index + 5) % EDGES.length]!, EDGES[(index + 11) % EDGES.length]!],
      cases: [
        { name: `r6 … r8, beginning with ${hex(value)}`, first: 0, count: 3 },
        { name: `${hex(value)} in the frame`, first: 3 },
        { name: `r10, with r1 = ${hex(value)}`, first: 4 },
      ],
    })),
  }
}

/** r0 at exit, of a subprogram and of the program. */
function results(): SuiteProgram {
  return {
    name: "exit",
    code: [move(9, 5), subprogram(3), slot(0x7b, { dst: 9, src: 0 }), move(0, 1), EXIT, move(0, 1), EXIT],
    runs: EDGES.map(value => ({ args: [value], cases: [{ name: `with ${hex(value)}`, first: 0 }] })),
  }
}

/** Each call adds its r1 in its own frame. */
function recursion(): SuiteProgram {
  const code = [
    move(9, 5),
    subprogram(4),
    move(5, 9),
    keep(0, 0),
    set(0, 0),
    EXIT,
    // r1 > 0 ? r1 + sum(r1 - 1) : 0
    set(0, 0),
    slot(0x15, { dst: 1, off: 5 }),
    slot(0x7b, { dst: 10, src: 1, off: -8 }),
    slot(0x07, { dst: 1, imm: -1 }),
    subprogram(-5),
    slot(0x79, { dst: 1, src: 10, off: -8 }),
    withRegister(ALU64, 0x0, 0, 1),
    EXIT,
  ]
  return {
    name: "recursion",
    code,
    runs: [0n, 1n, 2n, 3n, 6n].map(depth => ({
      args: [depth],
      cases: [{ name: `${depth} deep`, first: 0 }],
    })),
  }
}

/** Within the packet, over its end, and in front of it: there the function ends with r0 = 0. */
function packetLoads(): SuiteProgram[] {
  const sizes = [
    { name: "b", code: 0x10, bytes: 1 },
    { name: "h", code: 0x08, bytes: 2 },
    { name: "w", code: 0x00, bytes: 4 },
  ]
  return sizes.flatMap(({ name, code, bytes }) => {
    const offsets = new Set([
      0,
      1,
      3,
      10,
      PACKET.length - bytes,
      PACKET.length - bytes + 1,
      PACKET.length,
      0x7fff_ffff,
    ])
    const absolute = [...offsets].map(imm => ({
      name: `ld_abs${name} at ${imm}`,
      code: loaded(slot(0x20 + code, { imm })),
      runs: [{ args: [], cases: [{ name: "once", first: 0 }] }],
    }))
    const indexed = [0, 5, -1, -8].map(imm => ({
      name: `ld_ind${name} at r1 + ${imm}`,
      code: loaded(slot(0x40 + code, { src: 1, imm })),
      runs: [...[...offsets].map(BigInt), ...EDGES].map(index => ({
        args: [index],
        cases: [{ name: `r1 = ${hex(index)}`, first: 0, count: 2 }],
      })),
    }))
    return [...absolute, ...indexed]
  })
}

function loaded(load: Slot): Slot[] {
  return ending(set(6, 0), move(9, 5), load, move(5, 9), keep(0, 0), set(1, 1), keep(1, 1))
}
