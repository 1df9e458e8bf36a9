import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { assemble } from "./assemble.ts"
import { encodeOperation } from "./encode-operation.ts"
import { formatInstruction } from "./format-instruction.ts"
import type { Instruction } from "./instruction.ts"
import { isLoad64, operationOf } from "./operation-of.ts"

const zero = fc.constant(0)
const register = fc.oneof(zero, fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 15 }))
const anyOff = fc.integer({ min: -0x8000, max: 0x7fff })
const anyImm = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })
const ATOMICS = [0, 0x40, 0x50, 0xa0, 0x01, 0x41, 0x51, 0xa1, 0xe1, 0xf1, 0x100, 0x110]

/** Fields with the values that mean something for this opcode, and any other. */
function slots(opcode: number): fc.Arbitrary<Instruction[]> {
  const isAtomic = (opcode & 0xe7) === 0xc3
  const isEndian = (opcode & 0xf7) === 0xd4 || opcode === 0xd7
  const off = fc.oneof(zero, zero, fc.constantFrom(1, 8, 16, 32, -1), anyOff)
  const imm = isAtomic
    ? fc.oneof(fc.constantFrom(...ATOMICS), fc.constantFrom(...ATOMICS), anyImm)
    : fc.oneof(isEndian ? fc.constantFrom(16, 32, 64) : zero, fc.constantFrom(1, 0x1_0000), anyImm)
  const first = fc.record({ opcode: fc.constant(opcode), dst: register, src: register, off, imm })
  const second = fc.record({ opcode: zero, dst: zero, src: zero, off: zero, imm: anyImm })
  return fc.tuple(first, second).map(([a, b]) => (isLoad64(a) ? [a, b] : [a]))
}

/** Two fields that the kernel does not look at, so no text shows them. */
function hasHiddenField([first, second]: readonly Instruction[]): boolean {
  return isLoad64(first!) ? first!.src === 4 && second!.imm !== 0 : first!.opcode === 0x95 && first!.off !== 0
}

const opcodes = Array.from({ length: 256 }, (_, opcode) => opcode)

describe("over all opcodes", () => {
  const valid = new Set<number>()

  test.each(opcodes)("opcode %i: valid encodings survive text and meaning, invalid ones print", opcode => {
    fc.assert(
      fc.property(slots(opcode), program => {
        const operation = operationOf(program, 0)
        const text = formatInstruction(program, 0)
        if (operation.kind === "invalid") {
          expect(operation.reason).not.toBe("")
          expect(text).not.toBe("")
          return
        }
        if (hasHiddenField(program)) return
        valid.add(opcode)
        expect(encodeOperation(operation, 0)).toEqual(program)
        expect(assemble(text)).toEqual(program)
        expect(assemble(text.slice(5)), "without the opcode").toEqual(program)
        expect(assemble(`7: ${text}   ; R1=ctx()`), "as a log line").toEqual(program)
      }),
      { numRuns: 150, seed: opcode },
    )
  })

  test("every defined opcode was met", () => {
    const alu = 12 * 2 * 2 + 2 + 3
    const jumps = 11 * 2 * 2 + 2 + 2 + 1 + 1
    const memory = 4 + 3 + 4 + 4 + 4 + 6 + 1
    expect(valid.size).toBe(alu + jumps + memory)
  })
})
