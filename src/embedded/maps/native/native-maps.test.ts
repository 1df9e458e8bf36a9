import { describe, expect, test } from "vitest"
import { errnoNumber } from "../../../base/index.ts"
import { callEach } from "../../../engine/testing/call-each.ts"
import { key, TestHost, value } from "../../testing/test-host.ts"
import type { RingBuffer } from "../index.ts"
import { KEY, NEXT } from "./hash-layout.ts"
import type { NativeArray, NativeHash, NativeRing } from "./index.ts"

const [HASH, ARRAY, PROG_ARRAY, PERCPU_HASH, PERCPU_ARRAY, LRU_HASH, RINGBUF] = [1, 2, 3, 5, 6, 9, 27]
const EINVAL = -errnoNumber("EINVAL")

/** Keys of `size` bytes, one behind the other, that count from 0. */
function keysInMemory(host: TestHost, count: number, size: number): number {
  const keys = host.memory.alloc(count * size)
  for (let index = 0; index < count; index++) host.memory.view.setUint32(keys + index * size, index, true)
  return keys
}

describe.each([
  ["hash", HASH],
  ["percpu_hash", PERCPU_HASH],
  ["lru_hash", LRU_HASH],
])("a %s's functions", (_name, type) => {
  test.each([4, 8, 12])("are called by other WebAssembly modules: keys of %i bytes", keySize => {
    const COUNT = 5000
    const host = new TestHost()
    // LRU maps evict before they are full.
    const map = host.map(type, { keySize, maxEntries: 2 * COUNT })
    const { header, lookup, update, remove } = map.native as Required<NativeHash>
    const keys = keysInMemory(host, COUNT, keySize)
    host.runningCpu = 1
    const call = (callee: unknown, args: readonly (number | "address")[]): number =>
      callEach(host.memory.memory, callee as () => number, args)(keys, COUNT, keySize)

    // The key is the value's beginning: what follows it is another key, or nothing.
    expect(call(update, [header, "address", "address", 0])).toBe(0)
    let sum = 0
    for (let index = 0; index < COUNT; index++) {
      const address = map.lookup(keys + index * keySize)
      expect(host.memory.view.getUint32(address, true)).toBe(index)
      sum = (sum + address) | 0
    }
    expect(call(lookup, [header, "address"])).toBe(sum)
    expect(call(remove, [header, "address"])).toBe(0)
    expect(call(remove, [header, "address"])).toBe(-errnoNumber("ENOENT") * COUNT)
    expect(call(lookup, [header, "address"])).toBe(0)
    expect(map.nextKey(undefined)).toBeUndefined()
  })
})

test.each([5, 16])("keys of %i bytes that share a hash are told apart", keySize => {
  // Of so many keys a handful share all 32 bits of their hash: the chance that none does is below 1 %.
  const COUNT = 200_000
  const host = new TestHost()
  const map = host.map(HASH, { keySize, maxEntries: COUNT })
  const { header, update } = map.native as Required<NativeHash>
  const keys = host.memory.alloc(COUNT * keySize)
  const { view } = host.memory
  for (let index = 0; index < COUNT; index++)
    view.setUint32(keys + (index + 1) * keySize - 5, Math.imul(index, 0x9e37_79b1), true)
  const call = callEach(host.memory.memory, update as () => number, [header, "address", keys, 1])
  expect(call(keys, COUNT, keySize)).toBe(0)
})

test("a value that was deleted can be read until many others are deleted", () => {
  const host = new TestHost()
  const map = host.map(HASH, { maxEntries: 100 })
  for (let index = 0; index < 100; index++) map.set(key(index), value(BigInt(index)), 0n)
  const address = map.lookup(host.put(key(5)))
  for (let index = 5; index < 21; index++) {
    map.remove(key(index))
    map.set(key(index + 1000), value(99n), 0n)
    expect(host.memory.view.getBigUint64(address, true)).toBe(5n)
  }
  map.remove(key(50))
  map.set(key(2000), value(99n), 0n)
  expect(host.memory.view.getBigUint64(address, true)).toBe(99n)
})

test("links that a program has written over end in a trap, not in an endless search", () => {
  const host = new TestHost()
  const map = host.map(HASH, { maxEntries: 4 })
  for (let index = 0; index < 4; index++) map.set(key(index), value(1n), 0n)
  const { header, lookup } = map.native as NativeHash
  for (let index = 0; index < 4; index++) {
    const element = map.lookup(host.put(key(index))) - KEY - 8
    host.memory.view.setUint32(element + NEXT, element, true)
  }
  const absent = Array.from({ length: 100 }, (_, index) => host.put(key(100 + index)))
  expect(() => absent.map(address => lookup(header, address))).toThrow(WebAssembly.RuntimeError)
})

test("an array says where its values are", () => {
  const host = new TestHost(3)
  for (const type of [ARRAY, PERCPU_ARRAY]) {
    const map = host.map(type, { maxEntries: 5, valueSize: 12 })
    const { base, entries, stride, cpuStride } = map.native as NativeArray
    expect(entries).toBe(5)
    for (const cpu of [0, 2])
      for (const index of [0, 4]) {
        host.runningCpu = cpu
        expect(map.lookup(host.put(key(index)))).toBe(base + index * stride + cpu * cpuStride)
      }
  }
})

test("a prog_array, where programs find nothing, has no short way", () => {
  expect(new TestHost().map(PROG_ARRAY, { valueSize: 4 }).native).toBeUndefined()
})

describe("a ring buffer's functions", () => {
  const ringOf = (host: TestHost, maxEntries = 4096): RingBuffer =>
    host.map(RINGBUF, { keySize: 0, valueSize: 0, maxEntries }) as RingBuffer

  test("are called by other WebAssembly modules", () => {
    const host = new TestHost()
    const ring = ringOf(host)
    const { header, output, reserve } = ring.native as NativeRing
    const { memory } = host.memory
    const words = host.put(Array.from({ length: 20 }, (_, index) => BigInt(index)))
    const send = callEach(memory, output as () => number, [header, "address", 8, 0])
    for (let round = 0; round < 100; round++) {
      expect(send(words, 20, 8)).toBe(0)
      const records = ring.records.take()
      expect(records.map(({ bytes }) => bytes[0])).toEqual(Array.from({ length: 20 }, (_, index) => index))
      expect(records.map(({ order }) => order - (records[0]?.order ?? 0))).toEqual([...Array(20).keys()])
    }
    const reserveAll = callEach(memory, reserve as () => number, [header, 992])
    expect(reserveAll(0, 4, 0)).not.toBe(0)
    expect(reserve(header, 992)).toBe(0)
    expect(output(header, words, 992, 0)).toBe(-errnoNumber("EAGAIN"))
    expect(output(header, words, 8, 4)).toBe(EINVAL)
    expect(output(header, words, 0xffff_ffff, 0)).toBe(-errnoNumber("EAGAIN"))
    expect(ring.records.lost).toBe(3)
  })

  test("refuse what is no reserved record, wherever it is", () => {
    const host = new TestHost()
    const ring = ringOf(host)
    const other = ringOf(host)
    const { commit, header } = ring.native
    const record = ring.reserve(64)
    const end = host.memory.size
    for (const stray of [
      0,
      4,
      8,
      9,
      header,
      header + 8,
      record + 8,
      record + 4,
      end - 8,
      end,
      end + 8,
      -8,
      -1,
    ])
      expect(commit(stray, 0)).toBe(EINVAL)
    expect(other.commit(record, false)).toBe(false)
    expect(commit(record, 0)).toBe(0)
    expect(commit(record, 0)).toBe(EINVAL)
    // A record that was read, and a copy of a reserved one's header elsewhere.
    ring.records.take()
    expect(commit(record, 0)).toBe(EINVAL)
    const second = ring.reserve(64)
    const forged = host.put(host.memory.read(second - 8, 72))
    expect(commit(forged + 8, 0)).toBe(EINVAL)
    expect(commit(second, 1)).toBe(0)
  })

  test("tell listeners of each record, who may read at once", () => {
    const host = new TestHost()
    const ring = ringOf(host)
    const [first, second] = [ring.reserve(8), ring.reserve(8)]
    const seen: number[] = []
    const stop = ring.records.onRecord(() => seen.push(ring.records.take().length))
    ring.native.commit(second, 0)
    expect(seen).toEqual([])
    ring.native.commit(first, 0)
    expect(seen).toEqual([1, 1])
    stop()
    ring.native.output(ring.native.header, first, 8, 0)
    expect(seen).toEqual([1, 1])
    expect(ring.records.pending()).toBe(1)
  })
})
