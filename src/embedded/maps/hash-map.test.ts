import { describe, expect, test } from "vitest"
import { errnoNumber } from "../../base/index.ts"
import { key, TestHost, value } from "../testing/test-host.ts"

const [HASH, PERCPU_HASH, LRU_HASH] = [1, 5, 9]

function filled(host: TestHost, type: number, count: number, maxEntries = count) {
  const map = host.map(type, { maxEntries })
  for (let index = 1; index <= count; index++) map.set(key(index), value(BigInt(index * 10)), 0n)
  return map
}

function keysOf(map: ReturnType<typeof filled>): number[] {
  const keys: number[] = []
  for (let next = map.nextKey(undefined); next; next = map.nextKey(next)) keys.push(next[0] ?? 0)
  return keys
}

describe("a hash", () => {
  test.each([
    ["any, a new key", 3, 0n, 0],
    ["any, a known key", 1, 0n, 0],
    ["noexist, a new key", 3, 1n, 0],
    ["noexist, a known key", 1, 1n, -errnoNumber("EEXIST")],
    ["exist, a new key", 3, 2n, -errnoNumber("ENOENT")],
    ["exist, a known key", 1, 2n, 0],
    ["both", 1, 3n, -errnoNumber("EINVAL")],
    ["unknown flags", 1, 8n, -errnoNumber("EINVAL")],
  ])("is updated: %s", (_name, index, flags, result) => {
    const host = new TestHost()
    const map = filled(host, HASH, 2, 3)
    const before = map.get(key(index))
    expect(map.update(host.put(key(index)), host.put([99n]), flags)).toBe(result)
    expect(map.get(key(index))).toEqual(result === 0 ? value(99n) : before)
  })

  test("that is full takes no new key, and known ones still", () => {
    const host = new TestHost()
    const map = filled(host, HASH, 2)
    expect(map.update(host.put(key(3)), host.put([1n]), 0n)).toBe(-errnoNumber("E2BIG"))
    expect(map.update(host.put(key(1)), host.put([1n]), 0n)).toBe(0)
    expect(() => map.set(key(3), value(1n), 0n)).toThrow("the map holds 2 entries at most (E2BIG)")
    expect(map.delete(host.put(key(1)))).toBe(0)
    expect(map.update(host.put(key(3)), host.put([1n]), 0n)).toBe(0)
  })

  test("forgets deleted keys", () => {
    const map = filled(new TestHost(), HASH, 2)
    expect(map.remove(key(1))).toBe(true)
    expect(map.remove(key(1))).toBe(false)
    expect(map.get(key(1))).toBeUndefined()
  })

  test("is walked once over every key, also while keys are deleted", () => {
    const map = filled(new TestHost(), HASH, 5)
    expect(keysOf(map)).toEqual([1, 2, 3, 4, 5])
    const seen: number[] = []
    for (let next = map.nextKey(undefined); next; next = map.nextKey(next)) {
      seen.push(next[0] ?? 0)
      map.remove(key((next[0] ?? 0) + 1))
    }
    expect(seen).toEqual([1, 3, 5])
    expect(map.nextKey(key(77))).toEqual(key(1))
  })

  test("walks many keys in time proportional to their number", () => {
    const map = filled(new TestHost(), HASH, 20_000)
    let count = 0
    for (let next = map.nextKey(undefined); next; next = map.nextKey(next)) count++
    expect(count).toBe(20_000)
  })

  test("gives its memory back when it is closed", () => {
    const host = new TestHost()
    const before = host.memory.kernel.used
    const map = filled(host, HASH, 5000)
    map.close()
    expect(host.memory.kernel.used).toBe(before)
    const other = filled(host, HASH, 5000)
    expect([map.get(key(1)), map.nextKey(undefined), map.remove(key(1))]).toEqual([
      undefined,
      undefined,
      false,
    ])
    expect(other.get(key(1))).toEqual(value(10n))
  })
})

test("a per-CPU hash starts a key at zero for the other CPUs", () => {
  const host = new TestHost(2)
  const map = host.map(PERCPU_HASH)
  host.runningCpu = 1
  expect(map.update(host.put(key(1)), host.put([7n]), 0n)).toBe(0)
  expect(map.get(key(1))).toEqual(Uint8Array.from([...value(0n), ...value(7n)]))
})

describe("an LRU hash", () => {
  const keysIn = (map: ReturnType<typeof filled>, count: number): number[] =>
    Array.from({ length: count }, (_, index) => index + 1).filter(index => map.get(key(index)) !== undefined)

  test("that is full drops what was not used for longest; only programs use", () => {
    const host = new TestHost()
    const map = filled(host, LRU_HASH, 3)
    map.lookup(host.put(key(1)))
    map.get(key(2))
    expect(map.update(host.put(key(4)), host.put([1n]), 0n)).toBe(0)
    expect(keysIn(map, 4)).toEqual([1, 3, 4])
  })

  test("drops half of a CPU's share at once, and on 6.1 as much as a CPU's stock", () => {
    const map = filled(new TestHost(2), LRU_HASH, 40)
    map.set(key(41), value(0n), 0n)
    expect(keysIn(map, 41).length).toBe(40 - 10 + 1)
    const old = filled(new TestHost(2, "6.1"), LRU_HASH, 40)
    old.set(key(41), value(0n), 0n)
    expect(keysIn(old, 41)).toEqual([41])
  })

  test("is walked over every key though programs use them meanwhile", () => {
    const host = new TestHost()
    const map = filled(host, LRU_HASH, 4)
    const seen: number[] = []
    for (let next = map.nextKey(undefined); next && seen.length < 10; next = map.nextKey(next)) {
      seen.push(next[0] ?? 0)
      map.lookup(host.put(next))
    }
    expect(seen).toEqual([1, 2, 3, 4])
  })
})
