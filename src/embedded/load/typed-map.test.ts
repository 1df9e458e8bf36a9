import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import { entriesOf, mapOf } from "../testing/loaded-maps.ts"
import type { EmbeddedObject } from "./loaded-object.ts"
import type { TypedMap } from "./typed-map.ts"

const profile = await loadBuiltinProfile("6.12")
/** Has a map of each kind, and programs that call each other through one. */
const bytes = readFileSync(new URL("../../../test/ground-truth/programs/maps.bpf.o", import.meta.url))
const spec = readObject(bytes, { name: "maps" })

let kernel: EmbeddedKernel
let object: EmbeddedObject

beforeEach(async () => {
  kernel = new EmbeddedKernel(profile)
  object = await kernel.load(spec)
})

const map = (name: string): TypedMap => mapOf(object, name)

describe("a typed map", () => {
  test("takes and gives values as the object's BTF says", async () => {
    await map("hash").set(1, 10n)
    expect(await map("hash").get(1)).toBe(10n)
    expect(await map("hash").get(2)).toBeUndefined()
    expect(await entriesOf(map("hash"))).toEqual([[1, 10n]])
    expect(await map("hash").delete(1)).toBe(true)
    expect(await map("hash").delete(1)).toBe(false)
  })

  test("takes bytes too, of the right number", async () => {
    await map("hash").set(Uint8Array.of(1, 0, 0, 0), Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0))
    expect(await map("hash").get(1)).toBe(7n)
    await expect(map("hash").set(Uint8Array.of(1), 1n)).rejects.toMatchObject({
      message: "map 'hash': key has 1 bytes, the map wants 4",
      errno: "EINVAL",
    })
  })

  test.each([
    ["noexist", "EEXIST", 1],
    ["exist", "ENOENT", 2],
  ] as const)("refuses flag %s with %s", async (flag, errno, key) => {
    await map("hash").set(1, 10n)
    await expect(map("hash").set(key, 20n, { flag })).rejects.toMatchObject({ errno })
  })

  test("says when it is full", async () => {
    await map("hash").set(1, 1n)
    await map("hash").set(2, 1n)
    await expect(map("hash").set(3, 1n)).rejects.toMatchObject({
      message: "map 'hash': update: the map holds 2 entries at most (E2BIG)",
      errno: "E2BIG",
    })
  })

  test("with values per CPU takes and gives one for each", async () => {
    await map("percpu_hash").set(1, [1n, 2n])
    expect(await map("percpu_hash").get(1)).toEqual([1n, 2n])
    expect(await map("percpu_array").get(0)).toEqual([0n, 0n])
    await expect(map("percpu_hash").set(1, 1n)).rejects.toThrow(
      "map 'percpu_hash': a per-CPU value is an array of 2 values, one a CPU",
    )
  })

  test("of programs takes programs, and those in the object are there from the start", async () => {
    expect(await map("programs").get(0)).toBe(object.programs.called?.id)
    expect(await map("programs").get(1)).toBeUndefined()
    await map("programs").set(1, object.programs.called)
    expect(await map("programs").get(1)).toBe(object.programs.called?.id)
    expect(await map("programs").delete(1)).toBe(true)
  })

  test("of records gives no keys, and other maps give no records", async () => {
    await expect(map("ring").get(new Uint8Array(0))).rejects.toMatchObject({ errno: "ENOTSUPP" })
    await expect(map("hash").samples().next()).rejects.toThrow("map 'hash': a hash has no records")
  })

  test("ends those who wait for records when it is closed", async () => {
    const waiting = map("ring").samples().next()
    await object[Symbol.asyncDispose]()
    expect(await waiting).toEqual({ done: true, value: undefined })
  })

  test("ends those who wait when they no longer want to", async () => {
    const stop = new AbortController()
    const waiting = map("ring").samples({ signal: stop.signal }).next()
    stop.abort()
    expect(await waiting).toEqual({ done: true, value: undefined })
  })
})

test("a prog array's program that is not loaded fails the load, as in libbpf", async () => {
  await expect(kernel.load(spec, { only: ["tails"] })).rejects.toMatchObject({
    message: "map 'programs': failed to initialize slot [0] to prog 'called': it is not loaded (EBADF)",
    errno: "EBADF",
  })
})
