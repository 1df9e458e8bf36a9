import { expect, test } from "vitest"
import { findHeader, isValidSegmentRouting } from "./header.ts"

/** Next header, length, type, segments left, last entry, flags, tag; then segments and options. */
const header = (left: number, last: number, behind: readonly number[] = []): Uint8Array => {
  const segments = new Array<number>((last + 1) * 16).fill(1)
  const units = (segments.length + behind.length) / 8
  return Uint8Array.from([17, units, 4, left, last, 0, 0, 0, ...segments, ...behind])
}

test("a routing header is its list, and options that fill the rest", () => {
  expect(isValidSegmentRouting(header(1, 1), { isReduced: false })).toBe(true)
  expect(isValidSegmentRouting(header(1, 1, [5, 6, 0, 0, 0, 0, 0, 0]), { isReduced: false })).toBe(true)
  expect(isValidSegmentRouting(header(1, 1, [5, 7, 0, 0, 0, 0, 0, 0]), { isReduced: false })).toBe(false)
  expect(isValidSegmentRouting(header(1, 1).subarray(0, 32), { isReduced: false })).toBe(false)
  expect(isValidSegmentRouting(header(1, 1).with(2, 3), { isReduced: false })).toBe(false)
})

test("only a reduced one is a segment before its list", () => {
  expect(isValidSegmentRouting(header(2, 1), { isReduced: false })).toBe(false)
  expect(isValidSegmentRouting(header(2, 1), { isReduced: true })).toBe(true)
  expect(isValidSegmentRouting(header(3, 1), { isReduced: true })).toBe(false)
})

test("headers are found behind others", () => {
  const options = [43, 0, 0, 0, 0, 0, 0, 0]
  const packet = Uint8Array.from([
    0x60,
    0,
    0,
    0,
    0,
    0,
    60,
    64,
    ...new Array(32).fill(0),
    ...options,
    ...header(0, 0),
  ])
  expect(findHeader(packet, 43)).toBe(48)
  expect(findHeader(packet, 43, true)).toBeUndefined()
  expect(findHeader(packet, 17)).toBe(48 + 24)
  expect(findHeader(packet, 6)).toBeUndefined()
})
