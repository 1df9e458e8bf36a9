import { describe, expect, test } from "vitest"
import { errnoNumber } from "../../base/index.ts"
import { key, TestHost, value } from "../testing/test-host.ts"

const [ARRAY, PERCPU_ARRAY] = [2, 6]

describe("an array", () => {
  test("has all its values from the beginning, zero, one behind the other", () => {
    const host = new TestHost()
    const map = host.map(ARRAY, { maxEntries: 3, valueSize: 12 })
    const addresses = [0, 1, 2].map(index => map.lookup(host.put(key(index))))
    expect(addresses.map(address => address - (addresses[0] as number))).toEqual([0, 16, 32])
    expect(map.get(key(2))).toEqual(new Uint8Array(12))
    expect(map.lookup(host.put(key(3)))).toBe(0)
    expect(map.get(key(3))).toBeUndefined()
  })

  test.each([
    ["any", 0, 0n, 0],
    ["exist", 0, 2n, 0],
    ["noexist: an array's keys are always there", 0, 1n, -errnoNumber("EEXIST")],
    ["an index past the end", 2, 0n, -errnoNumber("E2BIG")],
    ["unknown flags", 0, 8n, -errnoNumber("EINVAL")],
  ])("is updated: %s", (_name, index, flags, result) => {
    const host = new TestHost()
    const map = host.map(ARRAY)
    expect(map.update(host.put(key(index)), host.put([7n]), flags)).toBe(result)
    expect(map.get(key(0))).toEqual(value(result === 0 ? 7n : 0n))
  })

  test("loses no key", () => {
    const host = new TestHost()
    expect(host.map(ARRAY).delete(host.put(key(0)))).toBe(-errnoNumber("EINVAL"))
    expect(() => host.map(ARRAY).remove(key(0))).toThrow(expect.objectContaining({ errno: "EINVAL" }))
  })

  test("is walked from 0 on; a key that cannot be starts again", () => {
    const map = new TestHost().map(ARRAY)
    expect(map.nextKey(undefined)).toEqual(key(0))
    expect(map.nextKey(key(0))).toEqual(key(1))
    expect(map.nextKey(key(1))).toBeUndefined()
    expect(map.nextKey(key(9))).toEqual(key(0))
  })

  test("refuses keys and values of another size", () => {
    const map = new TestHost().map(ARRAY)
    expect(() => map.get(new Uint8Array(8))).toThrow("a key has 4 bytes, not 8 (EINVAL)")
    expect(() => map.set(key(0), new Uint8Array(4), 0n)).toThrow("a value has 8 bytes, not 4 (EINVAL)")
  })
})

describe("a per-CPU array", () => {
  test("gives each program the value of its CPU, user space all of them, 8 bytes apart", () => {
    const host = new TestHost(3)
    const map = host.map(PERCPU_ARRAY, { valueSize: 4 })
    host.runningCpu = 1
    expect(map.update(host.put(key(1)), host.put(Uint8Array.of(1, 2, 3, 4)), 0n)).toBe(0)
    expect(map.get(key(1))).toEqual(Uint8Array.from([...Array(8).fill(0), 1, 2, 3, 4, ...Array(12).fill(0)]))
    expect(map.lookup(host.put(key(1)))).toBe(map.valueOf(host.put(key(1)), 1))
    expect(map.valueOf(host.put(key(1)), 3)).toBe(0)
  })

  test("is set from user space for all CPUs at once", () => {
    const map = new TestHost(2).map(PERCPU_ARRAY)
    map.set(key(0), Uint8Array.from([...value(5n), ...value(6n)]), 0n)
    expect(map.get(key(0))).toEqual(Uint8Array.from([...value(5n), ...value(6n)]))
    expect(() => map.set(key(0), value(5n), 0n)).toThrow("a value has 16 bytes, not 8")
  })
})
