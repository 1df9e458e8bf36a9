import { describe, expect, test } from "vitest"
import { errnoNumber } from "../../base/index.ts"
import { TestHost } from "../testing/test-host.ts"
import { RING_QUERY, type RingBuffer } from "./index.ts"

const RINGBUF = 27

function ringOf(bytes: number, host = new TestHost()): RingBuffer {
  return host.map(RINGBUF, { keySize: 0, valueSize: 0, maxEntries: bytes }) as RingBuffer
}

const sizes = (ring: RingBuffer): number[] => ring.records.take().map(record => record.bytes.length)

describe("a ring buffer", () => {
  test("shows records in the order of reservation, when all before them are done", () => {
    const ring = ringOf(4096)
    const [first, second] = [ring.reserve(8), ring.reserve(16)]
    expect(ring.commit(second, false)).toBe(true)
    expect(ring.records.pending()).toBe(0)
    ring.commit(first, false)
    expect(sizes(ring)).toEqual([8, 16])
  })

  test("never shows discarded records, which take room until the reader has passed them", () => {
    const ring = ringOf(4096)
    ring.commit(ring.reserve(8), true)
    expect(ring.query(RING_QUERY.available)).toBe(16n)
    expect(sizes(ring)).toEqual([])
    expect(ring.query(RING_QUERY.available)).toBe(0n)
    expect([ring.query(RING_QUERY.producer), ring.query(RING_QUERY.consumer)]).toEqual([16n, 16n])
  })

  test("is never filled to the last byte", () => {
    const ring = ringOf(4096)
    const record = new Uint8Array(504)
    const results = Array.from({ length: 8 }, () => ring.output(record))
    expect(results).toEqual([0, 0, 0, 0, 0, 0, 0, -errnoNumber("EAGAIN")])
    expect(ring.records.lost).toBe(1)
    expect(sizes(ring).length).toBe(7)
    expect(ring.output(record)).toBe(0)
  })

  test("takes records of no bytes, and refuses flags it does not know", () => {
    const ring = ringOf(4096)
    expect(ring.output(new Uint8Array(0))).toBe(0)
    expect(ring.output(new Uint8Array(1), 4n)).toBe(-errnoNumber("EINVAL"))
    expect(sizes(ring)).toEqual([0])
  })

  test("gives a record back once", () => {
    const ring = ringOf(4096)
    const record = ring.reserve(8)
    expect(ring.commit(record, false)).toBe(true)
    expect(ring.commit(record, false)).toBe(false)
    expect(ring.commit(12345, false)).toBe(false)
  })

  test("has no keys", () => {
    const host = new TestHost()
    const ring = ringOf(4096, host)
    expect(ring.lookup(0)).toBe(0)
    expect(ring.update(0, 0, 0n)).toBe(-errnoNumber("ENOTSUPP"))
    expect(() => ring.get(new Uint8Array(0))).toThrow("a ring buffer has no keys (ENOTSUPP)")
  })

  test("gives its memory back when it is closed, records that were never submitted included", () => {
    const host = new TestHost()
    const before = host.memory.kernel.used
    const ring = ringOf(4096, host)
    ring.reserve(100)
    const stop = ring.records.onRecord(() => undefined)
    ring.close()
    expect(host.memory.kernel.used).toBe(before)
    const bytes = host.memory.bytes.slice()
    stop()
    expect(Buffer.compare(host.memory.bytes, bytes)).toBe(0)
  })
})
