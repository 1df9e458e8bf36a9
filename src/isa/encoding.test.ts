import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { AssemblyError, ObjectError } from "../base/index.ts"
import { decodeInstructions, encodeInstructions } from "./encoding.ts"

const anyInstruction = fc.record({
  opcode: fc.integer({ min: 0, max: 255 }),
  dst: fc.integer({ min: 0, max: 15 }),
  src: fc.integer({ min: 0, max: 15 }),
  off: fc.integer({ min: -0x8000, max: 0x7fff }),
  imm: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
})

describe("encoding", () => {
  test("little-endian slots read as RFC 9669 lays them out", () => {
    const bytes = Uint8Array.of(0x07, 0x21, 0xfe, 0xff, 0x78, 0x56, 0x34, 0x12)
    expect(decodeInstructions(bytes, true)).toEqual([{ opcode: 7, dst: 1, src: 2, off: -2, imm: 0x12345678 }])
  })

  test("big-endian slots have their register halves swapped too", () => {
    const bytes = Uint8Array.of(0x07, 0x12, 0xff, 0xfe, 0x12, 0x34, 0x56, 0x78)
    expect(decodeInstructions(bytes, false)).toEqual([
      { opcode: 7, dst: 1, src: 2, off: -2, imm: 0x12345678 },
    ])
  })

  test.each([true, false])("encode then decode gives the same slots (little-endian: %s)", littleEndian => {
    fc.assert(
      fc.property(fc.array(anyInstruction), instructions => {
        expect(decodeInstructions(encodeInstructions(instructions, littleEndian), littleEndian)).toEqual(
          instructions,
        )
      }),
    )
  })

  test.each([true, false])("decode then encode gives the same bytes (little-endian: %s)", littleEndian => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), bytes => {
        expect(encodeInstructions(decodeInstructions(bytes, littleEndian), littleEndian)).toEqual(bytes)
      }),
    )
  })

  test("a view into a larger buffer is read from its own start", () => {
    const bytes = Uint8Array.of(9, 9, 9, 0x95, 0, 0, 0, 0, 0, 0, 0, 9).subarray(3, 11)
    expect(decodeInstructions(bytes, true)[0]?.opcode).toBe(0x95)
  })

  test("a part of a slot is refused", () => {
    expect(() => decodeInstructions(new Uint8Array(12), true)).toThrow(ObjectError)
    expect(() => decodeInstructions(new Uint8Array(12), true)).toThrow(
      "12 bytes are no whole number of 8-byte slots",
    )
  })

  test.each([
    { opcode: 256, dst: 0, src: 0, off: 0, imm: 0 },
    { opcode: 7, dst: 16, src: 0, off: 0, imm: 0 },
    { opcode: 7, dst: 0, src: -1, off: 0, imm: 0 },
    { opcode: 7, dst: 0, src: 0, off: 0x8000, imm: 0 },
    { opcode: 7, dst: 0, src: 0, off: 0, imm: 0x8000_0000 },
    { opcode: 7, dst: 0, src: 0, off: 0, imm: 0.5 },
  ])("a field out of range is refused: %j", instruction => {
    expect(() => encodeInstructions([instruction], true)).toThrow(AssemblyError)
  })
})
