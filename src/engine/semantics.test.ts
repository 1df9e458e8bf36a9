import { describe, expect, test } from "vitest"
import { encodeOperation, type Instruction, type Operation } from "../isa/index.ts"
import { ENGINES } from "./testing/engines.ts"
import { DATA, testMachine } from "./testing/test-machine.ts"

/**
 * Every operator against edge operands. What is expected comes from plain BigInt formulas written here from
 * RFC 9669, not from the engine's own functions.
 */
const EDGES = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0001n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xdead_beef_cafe_babfn,
  0xffff_ffff_ffff_ffffn,
] as const
const IMMEDIATES = [0, 1, 2, 31, 32, 63, 127, 0x7fff_ffff, -1, -2, -0x8000_0000] as const

const unsigned = BigInt.asUintN
const signed = BigInt.asIntN

type Formula = (a: bigint, b: bigint, width: 32 | 64) => bigint
const quotient = (a: bigint, b: bigint) => (b === 0n ? 0n : a / b)
const remainder = (a: bigint, b: bigint) => (b === 0n ? a : a - (a / b) * b)
/** Operands arrive cut to the width; the result is cut to it afterwards. */
const FORMULAS: Readonly<Record<string, Formula>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => quotient(a, b),
  sdiv: (a, b, width) => quotient(signed(width, a), signed(width, b)),
  mod: (a, b) => remainder(a, b),
  smod: (a, b, width) => remainder(signed(width, a), signed(width, b)),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  xor: (a, b) => a ^ b,
  lsh: (a, b, width) => a * 2n ** (b % BigInt(width)),
  rsh: (a, b, width) => a / 2n ** (b % BigInt(width)),
  arsh: (a, b, width) => {
    const divisor = 2n ** (b % BigInt(width))
    const value = signed(width, a)
    return value < 0n ? -((-value + divisor - 1n) / divisor) : value / divisor
  },
}

const COMPARISONS: Readonly<Record<string, (a: bigint, b: bigint, width: 32 | 64) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  set: (a, b) => (a & b) !== 0n,
  sgt: (a, b, width) => signed(width, a) > signed(width, b),
  sge: (a, b, width) => signed(width, a) >= signed(width, b),
  slt: (a, b, width) => signed(width, a) < signed(width, b),
  sle: (a, b, width) => signed(width, a) <= signed(width, b),
}

const machine = testMachine()

function encode(operations: readonly Operation[]): Instruction[] {
  const instructions: Instruction[] = []
  for (const operation of operations) instructions.push(...encodeOperation(operation, instructions.length))
  return instructions
}

const WIDTHS = [32, 64] as const
const operatorCases = Object.keys(FORMULAS).flatMap(operator => WIDTHS.map(width => ({ operator, width })))
const comparisonCases = Object.keys(COMPARISONS).flatMap(comparison =>
  WIDTHS.map(width => ({ comparison, width })),
)
type Alu = Extract<Operation, { kind: "alu" }>
type Branch = Extract<Operation, { kind: "branch" }>

describe.each(ENGINES)("%s", (_, engine) => {
  /** r0 after `r0 = r1`, the operations, `exit`. */
  function run(operations: readonly Operation[], ...registers: bigint[]): bigint {
    const copy: Operation = {
      kind: "move",
      width: 64,
      dst: 0,
      source: { kind: "register", register: 1 },
      signExtendFrom: undefined,
    }
    return engine({ instructions: encode([copy, ...operations, { kind: "exit" }]) }, machine, registers)
  }

  describe.each(operatorCases)("$operator, $width bits", ({ operator, width }) => {
    const formula = FORMULAS[operator]!
    const alu = (source: Alu["source"]): Operation => ({
      kind: "alu",
      operator: operator as Alu["operator"],
      width,
      dst: 0,
      source,
    })

    test.each(EDGES)("register operand, on %i", a => {
      for (const b of EDGES) {
        const expected = unsigned(width, formula(unsigned(width, a), unsigned(width, b), width))
        expect(run([alu({ kind: "register", register: 2 })], a, b), `with ${b}`).toBe(expected)
      }
    })

    test.each(IMMEDIATES)("immediate operand %i", value => {
      for (const a of EDGES) {
        const b = unsigned(width, BigInt(value))
        const expected = unsigned(width, formula(unsigned(width, a), b, width))
        expect(run([alu({ kind: "immediate", value })], a), `on ${a}`).toBe(expected)
      }
    })
  })

  describe.each(comparisonCases)("branch if $comparison, $width bits", ({ comparison, width }) => {
    const formula = COMPARISONS[comparison]!
    const taken = (source: Branch["source"], ...registers: bigint[]): boolean => {
      const branch: Operation = {
        kind: "branch",
        comparison: comparison as Branch["comparison"],
        width,
        dst: 1,
        source,
        target: 4,
      }
      const constant = (value: number): Operation => ({
        kind: "move",
        width: 64,
        dst: 0,
        source: { kind: "immediate", value },
        signExtendFrom: undefined,
      })
      const operations = [
        constant(0),
        branch,
        { kind: "exit" },
        constant(7),
        constant(1),
        { kind: "exit" },
      ] as const
      return engine({ instructions: encode(operations) }, machine, registers) === 1n
    }

    test.each(EDGES)("register operand, on %i", a => {
      for (const b of EDGES) {
        const expected = formula(unsigned(width, a), unsigned(width, b), width)
        expect(taken({ kind: "register", register: 2 }, a, b), `with ${b}`).toBe(expected)
      }
    })

    test("immediate operands", () => {
      for (const a of EDGES) {
        for (const value of IMMEDIATES) {
          const expected = formula(unsigned(width, a), unsigned(width, BigInt(value)), width)
          expect(taken({ kind: "immediate", value }, a), `${a} with ${value}`).toBe(expected)
        }
      }
    })
  })

  describe.each(EDGES)("on %i", value => {
    test.each(WIDTHS)("negation, %i bits", width => {
      expect(run([{ kind: "negate", width, dst: 0 }], value)).toBe(unsigned(width, 2n ** 64n - value))
    })

    test.each([8, 16, 32] as const)("moves sign-extend the low %i bits", bits => {
      const move = (width: 32 | 64): Operation => ({
        kind: "move",
        width,
        dst: 0,
        source: { kind: "register", register: 1 },
        signExtendFrom: bits,
      })
      const low = value % 2n ** BigInt(bits)
      const extended = low >= 2n ** BigInt(bits - 1) ? low - 2n ** BigInt(bits) : low
      expect(run([move(64)], value)).toBe(unsigned(64, extended))
      if (bits !== 32) expect(run([move(32)], value)).toBe(unsigned(32, extended))
    })

    test("a plain 32-bit move clears the upper half", () => {
      const source = { kind: "register", register: 1 } as const
      expect(run([{ kind: "move", width: 32, dst: 0, source, signExtendFrom: undefined }], value)).toBe(
        value % 2n ** 32n,
      )
    })

    test.each([16, 32, 64] as const)("byte order of %i bits", bits => {
      const digits = (value % 2n ** BigInt(bits)).toString(16).padStart(bits / 4, "0")
      const swapped = BigInt(`0x${digits.match(/../g)!.reverse().join("")}`)
      const convert = (conversion: "le" | "be" | "bswap"): bigint =>
        run([{ kind: "byteOrder", conversion, bits, dst: 0 }], value)
      expect(convert("le")).toBe(BigInt(`0x${digits}`))
      expect(convert("be")).toBe(swapped)
      expect(convert("bswap")).toBe(swapped)
    })

    test.each([1, 2, 4, 8] as const)(
      "memory keeps %i bytes, little-endian, and nothing beside them",
      size => {
        const at = DATA + 64
        const bytes = new Uint8Array(machine.memory.buffer, at - 1, size + 2).fill(0xa5)
        const base = 2
        const store: Operation = {
          kind: "store",
          size,
          base,
          offset: 4,
          source: { kind: "register", register: 1 },
        }
        const load = (isSigned: boolean): Operation => ({
          kind: "load",
          size,
          signed: isSigned,
          dst: 0,
          base,
          offset: 4,
        })
        const low = value % 2n ** BigInt(size * 8)
        expect(run([store, load(false)], value, BigInt(at - 4))).toBe(low)
        if (size !== 8)
          expect(run([store, load(true)], value, BigInt(at - 4))).toBe(unsigned(64, signed(size * 8, low)))
        const expected = Array.from({ length: size }, (_, byte) => Number((low >> BigInt(byte * 8)) & 0xffn))
        expect([...bytes]).toEqual([0xa5, ...expected, 0xa5])
        const release: Operation = { kind: "storeRelease", size, base, offset: 4, src: 1 }
        bytes.fill(0)
        expect(
          run([release, { kind: "loadAcquire", size, dst: 0, base, offset: 4 }], value, BigInt(at - 4)),
        ).toBe(low)
      },
    )

    test.each([1, 2, 4, 8] as const)("immediate stores of %i bytes sign-extend", size => {
      for (const immediate of IMMEDIATES) {
        const source = { kind: "immediate", value: immediate } as const
        const store: Operation = { kind: "store", size, base: 2, offset: 0, source }
        const load: Operation = { kind: "load", size, signed: false, dst: 0, base: 2, offset: 0 }
        expect(run([store, load], value, BigInt(DATA))).toBe(unsigned(size * 8, BigInt(immediate)))
      }
    })
  })

  const ATOMICS = ["add", "or", "and", "xor", "xchg"] as const
  const atomicCases = ATOMICS.flatMap(operator => ([4, 8] as const).map(size => ({ operator, size })))

  describe("atomics", () => {
    const view = () => new DataView(machine.memory.buffer, DATA, 8)
    const read = (size: 4 | 8) =>
      size === 8 ? view().getBigUint64(0, true) : BigInt(view().getUint32(0, true))

    test.each(atomicCases)(
      "$operator of $size bytes fetches the old value and leaves the new one",
      ({ operator, size }) => {
        const bits = size * 8
        for (const fetch of operator === "xchg" ? [true] : [true, false]) {
          for (const old of EDGES) {
            for (const operand of EDGES) {
              view().setBigUint64(0, old, true)
              const atomic: Operation = { kind: "atomic", operator, fetch, size, base: 2, offset: 0, src: 0 }
              const a = unsigned(bits, old)
              const b = unsigned(bits, operand)
              const stored = operator === "xchg" ? b : unsigned(bits, FORMULAS[operator]!(a, b, 64))
              expect(run([atomic], operand, BigInt(DATA))).toBe(fetch ? a : operand)
              expect(read(size)).toBe(stored)
              if (size === 4) expect(view().getUint32(4, true), "its neighbour").toBe(Number(old >> 32n))
            }
          }
        }
      },
    )

    test.each([4, 8] as const)(
      "cmpxchg of %i bytes stores only on equality and always gives the old value",
      size => {
        const bits = size * 8
        for (const old of EDGES) {
          for (const compared of EDGES) {
            view().setBigUint64(0, old, true)
            const atomic: Operation = {
              kind: "atomic",
              operator: "cmpxchg",
              fetch: true,
              size,
              base: 2,
              offset: 0,
              src: 3,
            }
            const a = unsigned(bits, old)
            expect(run([atomic], compared, BigInt(DATA), 0x1234_5678_9abcn)).toBe(a)
            expect(read(size)).toBe(a === unsigned(bits, compared) ? unsigned(bits, 0x1234_5678_9abcn) : a)
          }
        }
      },
    )
  })
})
