import { describe, expect, test } from "vitest"
import { key, TestHost, value } from "../../testing/test-host.ts"
import type { MapStorage } from "../map-storage.ts"
import {
  deleteBatch,
  freezeMap,
  lookupElement,
  nextElementKey,
  readBatch,
  updateBatch,
  updateElement,
} from "./index.ts"

const [HASH, ARRAY, LPM_TRIE] = [1, 2, 11]
const [RDONLY, WRONLY] = [1 << 3, 1 << 4]

function filled(type: number, count: number): MapStorage {
  const map = new TestHost().map(type, { maxEntries: count })
  for (let index = 0; index < count; index++) updateElement(map, key(index), value(BigInt(index * 10)))
  return map
}

function keysOf(elements: readonly (readonly [Uint8Array, Uint8Array])[]): (number | undefined)[] {
  return elements.map(([key]) => key[0])
}

describe("user space", () => {
  test("does not write a map that it may only read, and the other way round", () => {
    const host = new TestHost()
    const readable = host.map(ARRAY, { flags: RDONLY })
    const writable = host.map(ARRAY, { flags: WRONLY })
    expect(() => updateElement(readable, key(0), value(1n))).toThrow(
      "BPF_F_RDONLY: user space does not write it (EPERM)",
    )
    expect(lookupElement(readable, key(0))).toEqual(value(0n))
    updateElement(writable, key(0), value(1n))
    expect(() => lookupElement(writable, key(0))).toThrow("EPERM")
    expect(() => nextElementKey(writable, undefined)).toThrow("EPERM")
  })

  test("does not write a frozen map, which programs still do", () => {
    const host = new TestHost()
    const map = host.map(ARRAY)
    freezeMap(host, map)
    expect(() => updateElement(map, key(0), value(1n))).toThrow("it is frozen")
    expect(map.update(host.put(key(0)), host.put([1n]), 0n)).toBe(0)
    expect(lookupElement(map, key(0))).toEqual(value(1n))
  })

  test.each([
    ["6.1", "EBUSY"],
    ["6.12", "EPERM"],
  ])("freezes a map once; on %s the second time is %s", (release, errno) => {
    const host = new TestHost(2, release)
    const map = host.map(ARRAY)
    freezeMap(host, map)
    expect(() => freezeMap(host, map)).toThrow(errno)
  })

  test("gives keys and values, and no lock that is not there", () => {
    const map = filled(ARRAY, 1)
    expect(() => lookupElement(map, undefined)).toThrow("there is no key at NULL (EFAULT)")
    expect(() => updateElement(map, key(0), undefined)).toThrow("there is no value at NULL (EFAULT)")
    expect(() => lookupElement(map, key(0), 4n)).toThrow(
      "BPF_F_LOCK is for values with a bpf_spin_lock (EINVAL)",
    )
  })
})

describe("batches", () => {
  test.each([ARRAY, HASH])("give all elements of a map of type %i, a few at a time", type => {
    const map = filled(type, 5)
    const first = readBatch(map, 2, undefined)
    const second = readBatch(map, 2, first.token)
    const third = readBatch(map, 2, second.token)
    expect([first, second, third].flatMap(({ elements }) => keysOf(elements)).sort()).toEqual([0, 1, 2, 3, 4])
    expect([first.errno, second.errno, third.errno]).toEqual([undefined, undefined, "ENOENT"])
  })

  test("take elements out", () => {
    const map = filled(HASH, 5)
    expect(readBatch(map, 3, undefined, { takes: true }).count).toBe(3)
    expect(readBatch(map, 5, undefined, { takes: true })).toMatchObject({ count: 2, errno: "ENOENT" })
    expect(nextElementKey(map, undefined)).toBeUndefined()
  })

  test("stop at the first element that is refused, and say how many were done", () => {
    const map = filled(HASH, 3)
    expect(deleteBatch(map, [key(0), key(9), key(1)])).toEqual({ count: 1, errno: "ENOENT" })
    const added = [5, 6].map(number => [key(number), value(1n)] as const)
    expect(updateBatch(map, added)).toEqual({ count: 1, errno: "E2BIG" })
  })

  test("are not there for every type", () => {
    expect(() => deleteBatch(filled(ARRAY, 1), [key(0)])).toThrow(
      "type array has no delete by the batch (ENOTSUPP)",
    )
    const trie = new TestHost().map(LPM_TRIE, { keySize: 8, flags: 1 })
    expect(() => readBatch(trie, 1, undefined, { takes: true })).toThrow("ENOTSUPP")
    expect(readBatch(trie, 1, undefined)).toMatchObject({ count: 0, errno: "ENOENT" })
  })
})
