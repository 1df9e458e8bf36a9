import fc from "fast-check"
import { expect, test } from "vitest"
import { TestHost, value } from "../../testing/test-host.ts"
import type { MapStorage } from "../map-storage.ts"

const LPM_TRIE = 11
const NO_PREALLOC = 1

const prefixes = fc.record({
  length: fc.integer({ min: 0, max: 16 }),
  data: fc.integer({ min: 0, max: 0xffff }),
  flags: fc.constantFrom(0n, 0n, 1n, 2n),
})

test("a trie finds what a search through all prefixes finds, after any updates and deletions", () => {
  fc.assert(
    fc.property(
      fc.array(prefixes, { maxLength: 40 }),
      fc.array(prefixes, { maxLength: 20 }),
      fc.array(prefixes, { maxLength: 20 }),
      (added, removed, asked) => {
        const host = new TestHost()
        const map = host.map(LPM_TRIE, { keySize: 6, maxEntries: 30, flags: NO_PREALLOC })
        /** Values by the bits of their prefixes. */
        const model = new Map<string, bigint>()
        added.forEach(({ length, data, flags }, index) => {
          const bits = bitsOf(length, data)
          const isRefused =
            (flags === 1n && model.has(bits)) ||
            (flags === 2n && !model.has(bits)) ||
            (!model.has(bits) && model.size === 30)
          const result = map.update(host.put(prefixKey(length, data)), host.put([BigInt(index)]), flags)
          expect(result < 0).toBe(isRefused)
          if (!isRefused) model.set(bits, BigInt(index))
        })
        for (const { length, data } of removed)
          expect(map.remove(prefixKey(length, data))).toBe(model.delete(bitsOf(length, data)))
        for (const { length, data } of [...asked, ...added]) {
          const bits = bitsOf(length, data)
          const longest = [...model.keys()]
            .filter(each => bits.startsWith(each))
            .sort((a, b) => b.length - a.length)[0]
          const found = map.get(prefixKey(length, data))
          expect(found).toEqual(longest === undefined ? undefined : value(model.get(longest) as bigint))
        }
        expect(keysOf(map).sort()).toEqual([...model.keys()].sort())
      },
    ),
    { numRuns: 200 },
  )
})

test("a trie is walked from more to less specific prefixes, and anew from a key that is gone", () => {
  const map = new TestHost().map(LPM_TRIE, { keySize: 6, maxEntries: 8, flags: NO_PREALLOC })
  for (const [length, data] of [
    [4, 0xa000],
    [8, 0xab00],
    [16, 0xab01],
    [16, 0xa000],
    [1, 0],
  ] as const)
    map.set(prefixKey(length, data), value(1n), 0n)
  expect(keysOf(map)).toEqual(["0", bitsOf(16, 0xa000), bitsOf(16, 0xab01), "10101011", "1010"])
  map.remove(prefixKey(8, 0xab00))
  expect(map.nextKey(prefixKey(8, 0xab00))).toEqual(prefixKey(1, 0))
})

function bitsOf(length: number, data: number): string {
  return data.toString(2).padStart(16, "0").slice(0, length)
}

/** The key of a prefix of 16 bits of data. */
function prefixKey(length: number, data: number): Uint8Array {
  return Uint8Array.of(length, 0, 0, 0, data >> 8, data & 0xff)
}

/** The bits of all prefixes, in walking order. */
function keysOf(map: MapStorage): string[] {
  const keys: string[] = []
  for (let key = map.nextKey(undefined); key; key = map.nextKey(key)) {
    const bits = `${key[4]?.toString(2).padStart(8, "0")}${key[5]?.toString(2).padStart(8, "0")}`
    keys.push(bits.slice(0, key[0]))
  }
  return keys
}
