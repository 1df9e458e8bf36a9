import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import { entriesOf, mapOf } from "../testing/loaded-maps.ts"
import type { EmbeddedObject } from "./loaded-object.ts"
import type { TypedMap } from "./typed-map.ts"

const profile = await loadBuiltinProfile("6.12")
/** Has queues, tries, maps of maps, a task storage and a user ring buffer. */
const bytes = readFileSync(new URL("../../../test/ground-truth/programs/elements.bpf.o", import.meta.url))
const spec = readObject(bytes, { name: "elements" })

let kernel: EmbeddedKernel
let object: EmbeddedObject

beforeEach(async () => {
  kernel = new EmbeddedKernel(profile)
  object = await kernel.load(spec)
})

const map = (name: string): TypedMap => mapOf(object, name)

describe("an object's", () => {
  test("maps of maps hold the inner maps that it names, and take others", async () => {
    const [first, second] = [map("first").id, map("second").id]
    expect(await entriesOf(map("array_of_maps"))).toEqual([
      [0, first],
      [2, second],
    ])
    expect(await entriesOf(map("hash_of_maps"))).toEqual([[1, second]])
    await map("array_of_maps").set(1, map("first"))
    expect(await map("array_of_maps").get(1)).toBe(first)
    await expect(map("array_of_maps").set(1, map("trie"))).rejects.toThrow(
      "'trie' cannot be an inner map: it is no hash",
    )
  })

  test("queues have no keys", async () => {
    await map("queue").set(undefined, 7n)
    await map("queue").set(undefined, 8n)
    expect(await map("queue").get(undefined)).toBe(7n)
    const taken: unknown[] = []
    for await (const element of map("queue").take()) taken.push(element)
    expect(taken).toEqual([
      [undefined, 7n],
      [undefined, 8n],
    ])
    await expect(map("queue").get(new Uint8Array(4))).rejects.toMatchObject({ errno: "EINVAL" })
  })

  test("trie gives the longest prefix", async () => {
    await map("trie").set({ length: 8, data: [10, 0, 0, 0] }, 1n)
    await map("trie").set({ length: 16, data: [10, 1, 0, 0] }, 2n)
    expect(await map("trie").get({ length: 32, data: [10, 1, 2, 3] })).toBe(2n)
    expect(await map("trie").get({ length: 32, data: [10, 2, 2, 3] })).toBe(1n)
  })

  test("task storage is read by process id", async () => {
    const child = kernel.world.spawn()
    await map("storage").set(child.pid, 5n)
    expect(await map("storage").get(child.pid)).toBe(5n)
    await expect(map("storage").get(99_999)).rejects.toMatchObject({ errno: "EBADF" })
  })

  test("user ring buffer keeps records waiting until programs drain it", async () => {
    const requests = map("requests")
    await requests.submit(new Uint8Array(4088))
    let isIn = false
    const waiting = requests.submit(new Uint8Array(8)).then(() => {
      isIn = true
    })
    await new Promise(resolve => setTimeout(resolve, 5))
    expect(isIn).toBe(false)
    await object.programs.draining?.attach()
    const process = kernel.world.spawn()
    object.globals.watched = process.pid
    process.getppid()
    await waiting
    expect(isIn).toBe(true)
    await expect(requests.submit(new Uint8Array(5000))).rejects.toMatchObject({ errno: "E2BIG" })
  })

  test("user ring buffer gives up waiting when told to, and when it is closed", async () => {
    const requests = map("requests")
    await requests.submit(new Uint8Array(4088))
    const abort = new AbortController()
    const given = requests.submit(new Uint8Array(8), { signal: abort.signal })
    abort.abort(new Error("enough"))
    await expect(given).rejects.toThrow("enough")
    const closed = requests.submit(new Uint8Array(8))
    requests.close()
    await expect(closed).rejects.toMatchObject({ errno: "EBADF" })
  })
})
