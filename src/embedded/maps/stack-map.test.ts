import { expect, test } from "vitest"
import { TestHost } from "../testing/test-host.ts"
import type { StackMap } from "./stack-map.ts"

const STACK_TRACE = 7
const EEXIST = -17

function stacks(maxEntries: number): StackMap {
  return new TestHost().map(STACK_TRACE, { keySize: 4, valueSize: 32, maxEntries }) as StackMap
}

const KEEP = { byHash: false, replace: false }
const key = (id: number) => new Uint8Array(Uint32Array.of(id).buffer)

test("equal stacks have one number, and are read as far as there is room", () => {
  const map = stacks(16)
  const id = map.store([1n, 2n, 3n, 4n, 5n], KEEP)
  expect(map.store([1n, 2n, 3n, 4n, 9n], KEEP)).toBe(id)
  expect(map.get(key(id))).toEqual(new Uint8Array(BigUint64Array.of(1n, 2n, 3n, 4n).buffer))
  expect(map.nextKey(undefined)).toEqual(key(id))
  expect(map.nextKey(key(id))).toBeUndefined()
  expect(map.remove(key(id))).toBe(true)
  expect(map.get(key(id))).toBeUndefined()
})

test("a stack whose place another one has is refused, or takes it", () => {
  const map = stacks(1)
  expect(map.store([1n], KEEP)).toBe(0)
  expect(map.store([2n], KEEP)).toBe(EEXIST)
  expect(map.store([2n], { byHash: false, replace: true })).toBe(0)
  expect(map.get(key(0))?.[0]).toBe(2)
})
