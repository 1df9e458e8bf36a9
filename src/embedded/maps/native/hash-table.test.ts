import { expect, test } from "vitest"
import { errnoNumber } from "../../../base/index.ts"
import { KernelMemory } from "../../memory/index.ts"
import { HashTable } from "./hash-table.ts"
import { nativeMaps } from "./native-maps.ts"

const SHAPE = { keySize: 4, valueSize: 8, stride: 8, copies: 1 }

function tableOf(shape: { readonly maxEntries: number; readonly evicts?: number }) {
  const memory = new KernelMemory()
  const table = new HashTable(memory, { ...SHAPE, ...shape })
  const { functions } = nativeMaps(memory)
  const scratch = memory.alloc(4)
  const keyAt = (key: number): number => {
    memory.view.setUint32(scratch, key, true)
    return scratch
  }
  return { memory, table, functions, keyAt }
}

test("a table takes memory as it fills", () => {
  const { memory, table, functions, keyAt } = tableOf({ maxEntries: 1_000_000 })
  expect(memory.kernel.used).toBeLessThan(32_768)
  for (let key = 0; key < 10_000; key++)
    expect(functions.claim(table.header, keyAt(key), 0)).toBeGreaterThan(0)
  expect(memory.kernel.used).toBeGreaterThan(320_000)
  expect(memory.kernel.used).toBeLessThan(1_000_000)
})

test("a claimed value is zero when its key is new, and else as it was", () => {
  const { memory, table, functions, keyAt } = tableOf({ maxEntries: 1 })
  for (let key = 0; key < 40; key++) {
    const value = functions.claim(table.header, keyAt(key), 0)
    expect(memory.view.getBigUint64(value, true)).toBe(0n)
    memory.view.setBigUint64(value, 7n, true)
    expect(functions.claim(table.header, keyAt(key), 0)).toBe(value)
    expect(memory.view.getBigUint64(value, true)).toBe(7n)
    functions.remove(table.header, keyAt(key))
  }
})

test("values are shown before they go, deleted or evicted", () => {
  const { memory, table, functions, keyAt } = tableOf({ maxEntries: 8, evicts: 1 })
  const gone: bigint[] = []
  const fill = (key: number): void => {
    memory.view.setBigUint64(functions.claim(table.header, keyAt(key), 0), BigInt(key), true)
  }
  fill(1)
  functions.remove(table.header, keyAt(1))
  table.onRelease(value => gone.push(memory.view.getBigUint64(value, true)))
  for (let key = 2; key < 10; key++) fill(key)
  functions.remove(table.header, keyAt(5))
  expect(gone).toEqual([5n])
  fill(10)
  fill(11)
  expect(gone).toEqual([5n, 2n])
})

test("memory that ends leaves a table as it was", () => {
  const { memory, table, functions, keyAt } = tableOf({ maxEntries: 100_000 })
  const count = 16_384 / 32
  for (let key = 0; key < count; key++) functions.claim(table.header, keyAt(key), 0)
  memory.alloc = () => {
    throw new Error("no memory")
  }
  expect(() => functions.claim(table.header, keyAt(count), 0)).toThrow("no memory")
  expect(functions.peek(table.header, keyAt(count))).toBe(0)
  expect(functions.claim(table.header, keyAt(0), 1)).toBe(-errnoNumber("EEXIST"))
})
