import { describe, expect, test } from "vitest"
import { TestHost, value } from "../../testing/test-host.ts"
import { deleteElement, hasElement, lookupElement, takeElement, updateElement } from "../commands/index.ts"
import type { MapStorage } from "../map-storage.ts"
import type { UserRingBuffer } from "./user-ring-buffer.ts"

const [QUEUE, STACK, BLOOM_FILTER, USER_RINGBUF] = [22, 23, 30, 31]

function filled(type: number, ...numbers: readonly bigint[]): MapStorage {
  const map = new TestHost().map(type, { keySize: 0, maxEntries: 3 })
  for (const number of numbers) updateElement(map, undefined, value(number))
  return map
}

function takeAll(map: MapStorage): bigint[] {
  const numbers: bigint[] = []
  for (let next = takeElement(map, undefined); next; next = takeElement(map, undefined))
    numbers.push(new DataView(next.buffer).getBigUint64(0, true))
  return numbers
}

describe("a queue", () => {
  test("gives values in the order they came", () => {
    expect(takeAll(filled(QUEUE, 1n, 2n, 3n))).toEqual([1n, 2n, 3n])
  })

  test("shows the next value and keeps it", () => {
    const map = filled(QUEUE, 1n, 2n)
    expect(lookupElement(map, undefined)).toEqual(value(1n))
    expect(takeAll(map)).toEqual([1n, 2n])
    expect(lookupElement(map, undefined)).toBeUndefined()
  })

  test("that is full takes no more, or drops the oldest when it is told to", () => {
    const map = filled(QUEUE, 1n, 2n, 3n)
    expect(() => updateElement(map, undefined, value(4n))).toThrow(
      "push: the map holds 3 entries at most (E2BIG)",
    )
    updateElement(map, undefined, value(4n), 2n)
    expect(takeAll(map)).toEqual([2n, 3n, 4n])
  })

  test("has no keys", () => {
    const map = filled(QUEUE, 1n)
    expect(() => lookupElement(map, new Uint8Array(4))).toThrow("it has no keys (EINVAL)")
    expect(() => deleteElement(map, undefined)).toThrow("EINVAL")
  })
})

describe("a stack", () => {
  test("gives the last value first", () => {
    expect(takeAll(filled(STACK, 1n, 2n, 3n))).toEqual([3n, 2n, 1n])
  })

  test("that is full drops the oldest, which lies at its bottom", () => {
    const map = filled(STACK, 1n, 2n, 3n)
    updateElement(map, undefined, value(4n), 2n)
    expect(takeAll(map)).toEqual([4n, 3n, 2n])
  })
})

describe("a bloom filter", () => {
  test("has every value that was put in, and few others", () => {
    const map = new TestHost().map(BLOOM_FILTER, { keySize: 0, maxEntries: 1000 })
    for (let number = 0n; number < 1000n; number++) updateElement(map, undefined, value(number))
    let others = 0
    for (let number = 0n; number < 2000n; number++)
      if (!hasElement(map, value(number))) expect(number).toBeGreaterThanOrEqual(1000n)
      else if (number >= 1000n) others += 1
    // Five hash functions and 8192 bits for 1000 values: 2 of 100 others on average.
    expect(others).toBeLessThan(60)
  })

  test("gives no values, it is asked for one", () => {
    const map = new TestHost().map(BLOOM_FILTER, { keySize: 0, maxEntries: 10 })
    expect(() => lookupElement(map, undefined)).toThrow("EINVAL")
    expect(() => hasElement(map, undefined)).toThrow("there is no value at NULL (EFAULT)")
  })
})

describe("a user ring buffer", () => {
  const ring = (): { host: TestHost; map: UserRingBuffer } => {
    const host = new TestHost()
    const map = host.map(USER_RINGBUF, { keySize: 0, valueSize: 0, maxEntries: 4096 })
    return { host, map: map as UserRingBuffer }
  }

  test("is drained in order, until the visitor has enough", () => {
    const { host, map } = ring()
    for (const number of [1, 2, 3]) expect(map.submit(Uint8Array.of(number))).toBe(true)
    const seen: number[] = []
    const see = (address: number, size: number): boolean => {
      seen.push(...host.memory.read(address, size))
      return seen.length === 2
    }
    expect(map.drain(see, 0n)).toBe(2)
    expect(map.drain(see, 0n)).toBe(1)
    expect(seen).toEqual([1, 2, 3])
  })

  test("has room again when it was drained", () => {
    const { map } = ring()
    expect(map.submit(new Uint8Array(4088))).toBe(true)
    expect(map.submit(new Uint8Array(1))).toBe(false)
    let rooms = 0
    map.onRoom(() => {
      rooms += 1
    })
    expect(map.drain(() => false, 0n)).toBe(1)
    expect(rooms).toBe(1)
    expect(map.submit(new Uint8Array(1))).toBe(true)
    expect(() => map.submit(new Uint8Array(4089))).toThrow("never fits its 4096 bytes (E2BIG)")
  })

  test("is not drained inside of its own drain", () => {
    const { map } = ring()
    map.submit(Uint8Array.of(1))
    let inner = 0
    map.drain(() => {
      inner = map.drain(() => false, 0n)
      return false
    }, 0n)
    expect(inner).toBe(-16)
  })
})
