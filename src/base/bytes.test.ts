import { describe, expect, test } from "vitest"
import { alignUp, ByteReader, toHex } from "./bytes.ts"
import { ObjectError } from "./errors.ts"

const bytes = Uint8Array.of(0x01, 0x02, 0x03, 0x04, 0xff, 0xfe, 0x41, 0x00, 0x42)
const reader = (littleEndian: boolean): ByteReader =>
  new ByteReader(bytes, "test buffer", littleEndian, message => new ObjectError(message))

describe("ByteReader", () => {
  test("reads integers in the chosen byte order", () => {
    expect(reader(true).u32(0)).toBe(0x04030201)
    expect(reader(false).u32(0)).toBe(0x01020304)
    expect(reader(true).s16(4)).toBe(-257)
    expect(reader(false).u64(0)).toBe(0x01020304fffe4100n)
  })

  test("reads strings up to their NUL", () => {
    expect(reader(true).cstring(6)).toBe("A")
  })

  test("refuses an unterminated string", () => {
    expect(() => reader(true).cstring(8)).toThrow("test buffer: string at offset 8 has no terminating NUL")
  })

  test.each([
    [6, 4],
    [-1, 4],
    [9, 1],
    [2 ** 32, 1],
  ])("refuses a read at %d of %d bytes with the caller's error", (offset, length) => {
    expect(() => reader(true).slice(offset, length)).toThrow(ObjectError)
    expect(() => reader(true).slice(offset, length)).toThrow(
      `${length} bytes at offset ${offset} leave the 9 bytes`,
    )
  })
})

test("alignUp gives the next multiple", () => {
  expect([0, 1, 8, 9].map(value => alignUp(value, 8))).toEqual([0, 8, 8, 16])
})

test("toHex writes two digits a byte", () => {
  expect(toHex(Uint8Array.of(0, 10, 255), " ")).toBe("00 0a ff")
})
