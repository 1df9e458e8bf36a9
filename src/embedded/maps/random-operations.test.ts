import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { errnoNumber, MapError } from "../../base/index.ts"
import { TestHost } from "../testing/test-host.ts"
import type { MapStorage } from "./index.ts"
import { HashModel } from "./testing/hash-model.ts"

const [HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH] = [1, 5, 9, 10]
const CPUS = 3

interface Shape {
  readonly type: number
  readonly release: string
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
}

interface Operation {
  readonly verb: "lookup" | "write" | "update" | "delete" | "get" | "set" | "remove" | "next"
  /** The key's number, the content of values, the flags of updates, and the CPU that runs. */
  readonly key: number
  readonly content: number
  readonly flags: number
  readonly cpu: number
}

/** A map and its model side by side. */
class Pair {
  readonly host: TestHost
  readonly map: MapStorage
  readonly model: HashModel
  readonly shape: Shape
  readonly #copies: number
  readonly #key: number
  readonly #value: number
  /** Where the values that the model has were seen. */
  readonly #seen = new WeakMap<readonly Uint8Array[], number>()

  constructor(shape: Shape) {
    const { type, release, keySize, valueSize, maxEntries } = shape
    this.shape = shape
    this.host = new TestHost(CPUS, release)
    this.map = this.host.map(type, { keySize, valueSize, maxEntries })
    this.#copies = type === PERCPU_HASH || type === LRU_PERCPU_HASH ? CPUS : 1
    const evicts = release === "6.1" ? 128 : Math.floor(maxEntries / CPUS / 2)
    const isLru = type === LRU_HASH || type === LRU_PERCPU_HASH
    this.model = new HashModel({
      ...{ maxEntries, valueSize, copies: this.#copies },
      evicts: isLru ? evicts : undefined,
    })
    this.#key = this.host.memory.alloc(keySize)
    this.#value = this.host.memory.alloc(valueSize)
  }

  /** What the map answers, and what the model does. */
  perform({ verb, key, content, flags, cpu }: Operation): readonly [actual: unknown, expected: unknown] {
    const { host, map, model } = this
    const bytes = keyBytes(key, this.shape.keySize)
    const name = bytes.join()
    const value = filled(this.shape.valueSize, content)
    host.runningCpu = cpu
    host.memory.write(this.#key, bytes)
    host.memory.write(this.#value, value)
    switch (verb) {
      case "lookup":
      case "write": {
        const address = map.lookup(this.#key)
        const expected = model.lookup(name, cpu)
        const actual = address === 0 ? undefined : host.memory.read(address, this.shape.valueSize)
        const result = [actual, expected && Uint8Array.from(expected)] as const
        if (verb === "write" && address !== 0) {
          host.memory.write(address, value)
          expected?.set(value)
        }
        return result
      }
      case "update":
        return [map.update(this.#key, this.#value, BigInt(flags)), model.update(name, value, flags, cpu)]
      case "delete":
        return [map.delete(this.#key), model.delete(name)]
      case "get":
        return [map.get(bytes), this.#joined(model.get(name))]
      case "set": {
        const all = Array.from({ length: this.#copies }, (_, index) =>
          filled(this.shape.valueSize, content + index),
        )
        const given = this.#joined(all) as Uint8Array
        return [errnoOf(() => map.set(bytes, given, BigInt(flags))), model.set(name, all, flags)]
      }
      case "remove":
        return [map.remove(bytes), model.delete(name) === 0]
      case "next": {
        const keys = model.keys()
        const next = keys[keys.indexOf(name) + 1]
        return [map.nextKey(bytes)?.join(), next]
      }
    }
  }

  /** Every key with its values, in order; values stay where they are while their key lives. */
  compare(): void {
    const keys: string[] = []
    for (let key = this.map.nextKey(undefined); key; key = this.map.nextKey(key)) {
      keys.push(key.join())
      const values = this.model.get(key.join()) ?? []
      agree(this.map.get(key), this.#joined(values))
      this.host.memory.write(this.#key, key)
      const address = this.map.valueOf(this.#key, 0)
      agree(address % 8, 0)
      agree(address, this.#seen.get(values) ?? address)
      this.#seen.set(values, address)
    }
    agree(keys.join(" "), this.model.keys().join(" "))
  }

  /** Values as user space sees them: each CPU's rounded up to 8 bytes. What is between them is not compared. */
  #joined(values: readonly Uint8Array[] | undefined): Uint8Array | undefined {
    if (!values || this.#copies === 1) return values?.[0]
    const stride = Math.ceil(this.shape.valueSize / 8) * 8
    const all = new Uint8Array(stride * this.#copies)
    values.forEach((value, index) => {
      all.set(value, index * stride)
    })
    return all
  }
}

/** An expectation; made only if it fails, as there are millions. */
function agree(actual: unknown, expected: unknown): void {
  if (actual === expected) return
  if (
    actual instanceof Uint8Array &&
    expected instanceof Uint8Array &&
    Buffer.compare(actual, expected) === 0
  )
    return
  expect(actual).toEqual(expected)
}

/** The n-th key of a size: keys differ in one byte, which stands anywhere. */
function keyBytes(number: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  bytes[number % size] = 1 + (Math.floor(number / size) % 255)
  if (size > 3) bytes[(number + 1) % size] = Math.floor(number / size / 255)
  return bytes
}

function filled(size: number, content: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => content + index)
}

function errnoOf(run: () => void): number {
  try {
    run()
    return 0
  } catch (error) {
    if (error instanceof MapError && error.errno) return -errnoNumber(error.errno)
    throw error
  }
}

const SHAPE = fc.record<Shape>({
  type: fc.constantFrom(HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH),
  release: fc.constantFrom("6.1", "6.12"),
  keySize: fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 24, 40),
  valueSize: fc.constantFrom(1, 4, 8, 12, 16, 200),
  maxEntries: fc.constantFrom(1, 2, 3, 5, 16, 17, 64),
})

const OPERATION = fc.record<Operation>({
  verb: fc.constantFrom("lookup", "write", "update", "delete", "get", "set", "remove", "next"),
  key: fc.integer({ min: 0, max: 80 }),
  content: fc.nat(255),
  flags: fc.constantFrom(0, 0, 0, 1, 2, 3),
  cpu: fc.nat(CPUS - 1),
})

describe("maps in memory and JavaScript's own Map", () => {
  test("answer alike to random operations", () => {
    const operations = fc.array(OPERATION, { maxLength: 400, size: "max" })
    fc.assert(
      fc.property(SHAPE, operations, (shape, list) => {
        const pair = new Pair(shape)
        list.forEach((operation, index) => {
          agree(...pair.perform(operation))
          if (index % 50 === 0) pair.compare()
        })
        pair.compare()
      }),
      { numRuns: 150 },
    )
  })

  test.each(
    [HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH].flatMap(type => [4, 8, 20].map(size => ({ type, size }))),
  )("answer alike when they are large: type $type, keys of $size bytes", ({ type, size }) => {
    const shape = { type, release: "6.12", keySize: size, valueSize: 8, maxEntries: 3000 }
    const pair = new Pair(shape)
    const random = numbers(type * 100 + size)
    for (let round = 0; round < 4; round++) {
      for (let step = 0; step < 6000; step++) {
        const operation: Operation = {
          verb: VERBS[random() % VERBS.length] as Operation["verb"],
          key: random() % 4000,
          content: random() % 256,
          flags: random() % 8 === 0 ? random() % 4 : 0,
          cpu: random() % CPUS,
        }
        const [actual, expected] = pair.perform(operation)
        if (actual !== expected) expect(actual).toEqual(expected)
      }
      pair.compare()
    }
  })
})

/** No "next": the model's takes time. Twice as many updates as deletions, so that maps are full. */
const VERBS = ["lookup", "write", "update", "update", "update", "delete", "get", "set"] as const

/** xorshift32. */
function numbers(seed: number): () => number {
  let x = seed
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x >>> 0
  }
}
