import { describe, expect, test } from "vitest"
import { key, TestHost } from "../testing/test-host.ts"
import type { ProgArray } from "./index.ts"

function arrayOn(host: TestHost): ProgArray {
  for (const [id, type] of [
    [11, "kprobe"],
    [12, "kprobe"],
    [13, "tracepoint"],
  ] as const)
    host.programs.set(id, { id, name: `program${id}`, type, tailCalled: { instructions: [] } })
  return host.map(3, { valueSize: 4 }) as ProgArray
}

describe("a prog array", () => {
  test("holds programs by id, all of the first one's type", () => {
    const array = arrayOn(new TestHost())
    array.set(key(0), key(11), 0n)
    array.set(key(1), key(12), 0n)
    expect(array.get(key(1))).toEqual(key(12))
    expect(array.program(0)?.name).toBe("program11")
    expect(() => array.set(key(0), key(13), 0n)).toThrow(
      "map 'tested': it holds kprobe programs, and 'program13' is of type tracepoint (EINVAL)",
    )
  })

  test.each([
    [2, 11, 0n, "E2BIG"],
    [0, 99, 0n, "EBADF"],
    [0, 11, 1n, "EINVAL"],
  ])("refuses program %#", (index, id, flags, errno) => {
    expect(() => arrayOn(new TestHost()).set(key(index), key(id), flags)).toThrow(
      expect.objectContaining({ errno }),
    )
  })

  test("has empty slots", () => {
    const array = arrayOn(new TestHost())
    expect(array.get(key(0))).toBeUndefined()
    expect(array.remove(key(0))).toBe(false)
    array.set(key(0), key(11), 0n)
    expect(array.remove(key(0))).toBe(true)
    expect(array.program(0)).toBeUndefined()
    expect(() => array.remove(key(2))).toThrow("it holds 2 entries at most (E2BIG)")
  })
})
