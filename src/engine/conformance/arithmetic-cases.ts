import { EDGES, hex, IMMEDIATES } from "./operands.ts"
import { ARITHMETIC, type ArithmeticRow, type Slot } from "./reference.ts"
import {
  ALU,
  ALU64,
  ending,
  keep,
  move,
  type SuiteProgram,
  set,
  wideConstant,
  withImmediate,
  withRegister,
} from "./suite.ts"

const WIDTHS = [
  { width: 32, kind: ALU },
  { width: 64, kind: ALU64 },
] as const
type Width = (typeof WIDTHS)[number]

const PAIRS = EDGES.flatMap(a => EDGES.map(b => [a, b] as const))

/** One of each kind of code. */
const IN_EVERY_REGISTER = new Set(["sub", "lsh", "sdiv", "mov"])

/** Sections 4.1 and 4.2: every operator with operands that are registers, constants of the instruction, and constants in registers. */
export function arithmeticPrograms(): SuiteProgram[] {
  const operators = ARITHMETIC.flatMap(row =>
    WIDTHS.flatMap(width => [
      ofRegisters(row, width),
      ofImmediates(row, width),
      ofKnownValues(row, width),
      ofItself(row, width),
      ...(IN_EVERY_REGISTER.has(row.name) ? [ofEveryRegister(row, width)] : []),
    ]),
  )
  return [...operators, ...WIDTHS.map(negation), ...extensions(), ...byteOrders()]
}

function ofRegisters({ name, symbol, code, off }: ArithmeticRow, { width, kind }: Width): SuiteProgram {
  return {
    name: `${name}${width} reg`,
    code: ending(move(3, 1), withRegister(kind, code, 3, 2, off), keep(0, 3)),
    runs: PAIRS.map(([a, b]) => ({
      args: [a, b],
      cases: [{ name: `${hex(a)} ${symbol} ${hex(b)}`, first: 0 }],
    })),
  }
}

function ofImmediates({ name, symbol, code, off }: ArithmeticRow, { width, kind }: Width): SuiteProgram {
  const steps = IMMEDIATES.map((imm, word) => [
    move(3, 1),
    withImmediate(kind, code, 3, imm, off),
    keep(word, 3),
  ])
  return {
    name: `${name}${width} imm`,
    code: ending(...steps),
    runs: EDGES.map(a => ({
      args: [a],
      cases: IMMEDIATES.map((imm, word) => ({ name: `${hex(a)} ${symbol} ${hex(imm)}`, first: word })),
    })),
  }
}

/** Both operands are known when the program is compiled. */
function ofKnownValues({ name, symbol, code, off }: ArithmeticRow, { width, kind }: Width): SuiteProgram {
  const steps = PAIRS.map(([a, b], word) => [
    wideConstant(3, a),
    wideConstant(2, b),
    withRegister(kind, code, 3, 2, off),
    keep(word, 3),
  ])
  return {
    name: `${name}${width} of known values`,
    code: ending(...steps.flat()),
    runs: [
      {
        args: [],
        cases: PAIRS.map(([a, b], word) => ({ name: `${hex(a)} ${symbol} ${hex(b)}`, first: word })),
      },
    ],
  }
}

function ofItself({ name, symbol, code, off }: ArithmeticRow, { width, kind }: Width): SuiteProgram {
  return {
    name: `${name}${width} of a register and itself`,
    code: ending(withRegister(kind, code, 1, 1, off), keep(0, 1)),
    runs: EDGES.map(a => ({ args: [a], cases: [{ name: `${hex(a)} ${symbol} itself`, first: 0 }] })),
  }
}

/** r0 … r9 as dst with r0 … r10 as src, all others unchanged. */
function ofEveryRegister({ name, code, off }: ArithmeticRow, { width, kind }: Width): SuiteProgram {
  const registers = Array.from({ length: 10 }, (_, register) => register)
  const pairs = registers.flatMap(dst => [...registers, 10].map(src => ({ dst, src })))
  const frame = (register: number): Slot => ({
    opcode: 0x7b,
    dst: 10,
    src: register,
    off: -8 * (register + 1),
    imm: 0,
  })
  const fold = (register: number): Slot[] => [
    { opcode: 0x79, dst: 1, src: 10, off: -8 * (register + 1), imm: 0 },
    withImmediate(ALU64, 0x2, 0, 31),
    withRegister(ALU64, 0x0, 0, 1),
  ]
  const steps = pairs.map(({ dst, src }, word) => [
    ...registers.map(register => set(register, 0x3357_9bdf - register * 0x1111_1111)),
    withRegister(kind, code, dst, src, off),
    ...registers.map(frame),
    set(0, 0),
    ...registers.flatMap(fold),
    { opcode: 0x79, dst: 5, src: 10, off: -128, imm: 0 },
    keep(word, 0),
  ])
  return {
    name: `${name}${width}, every register`,
    code: ending({ opcode: 0x7b, dst: 10, src: 5, off: -128, imm: 0 }, ...steps),
    runs: [
      { args: [], cases: pairs.map(({ dst, src }, word) => ({ name: `r${dst}, r${src}`, first: word })) },
    ],
  }
}

function negation({ width, kind }: Width): SuiteProgram {
  return unary(`neg${width}`, withImmediate(kind, 0x8, 1, 0))
}

/** MOVSX: `off` is the number of bits. */
function extensions(): SuiteProgram[] {
  const rows = [
    { width: 32, kind: ALU, bits: [8, 16] },
    { width: 64, kind: ALU64, bits: [8, 16, 32] },
  ]
  return rows.flatMap(({ width, kind, bits }) =>
    bits.map(off => unary(`movsx${width} of ${off} bits`, withRegister(kind, 0xb, 1, 1, off))),
  )
}

/** Table 5 and 6: to little endian, to big endian, and unconditionally. */
function byteOrders(): SuiteProgram[] {
  return [16, 32, 64].flatMap(bits => [
    unary(`le${bits}`, withImmediate(ALU, 0xd, 1, bits)),
    unary(`be${bits}`, { ...withImmediate(ALU, 0xd, 1, bits), opcode: 0xdc }),
    unary(`bswap${bits}`, withImmediate(ALU64, 0xd, 1, bits)),
  ])
}

/** An instruction on r1 alone: of an argument, and of a value known when the program is compiled. */
function unary(name: string, instruction: Slot): SuiteProgram {
  const known = EDGES.map((value, word) => [wideConstant(1, value), instruction, keep(word + 1, 1)])
  return {
    name,
    code: ending(instruction, keep(0, 1), ...known.flat()),
    runs: EDGES.map((value, run) => ({
      args: [value],
      cases: [
        { name: hex(value), first: 0 },
        ...(run === 0 ? EDGES.map((edge, word) => ({ name: `known ${hex(edge)}`, first: word + 1 })) : []),
      ],
    })),
  }
}
