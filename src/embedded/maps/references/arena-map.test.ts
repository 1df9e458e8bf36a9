import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import { MapError } from "../../../base/index.ts"
import { readObject } from "../../../object/index.ts"
import { loadBuiltinProfile } from "../../../profile/node.ts"
import { EmbeddedKernel } from "../../embedded-kernel.ts"
import { TestHost } from "../../testing/test-host.ts"
import { MAP_FLAG } from "../flags.ts"
import type { MapAttributes } from "../map-storage.ts"
import { ArenaMap } from "./arena-map.ts"

const ARENA = 33
const PAGE = 4096
const [FIRST, SECOND] = [0n, BigInt(PAGE)]

let host: TestHost
beforeEach(() => {
  host = new TestHost()
})

function arena(attributes: Partial<MapAttributes> = {}, data?: Uint8Array): ArenaMap {
  const map = host.map(ARENA, {
    ...{ keySize: 0, valueSize: 0, maxEntries: 4, flags: MAP_FLAG.MMAPABLE },
    ...attributes,
  })
  if (!(map instanceof ArenaMap)) throw new Error("no arena")
  map.map(data)
  return map
}

function allocate(map: ArenaMap, at: bigint, count: number): number | undefined {
  const address = at < 0n ? 0n : map.pages.user + at
  const result = host.call("bpf_arena_alloc_pages", [map.address, address, count, -1, 0n]) as number
  return result === 0 ? undefined : (result - Number(map.pages.user)) / PAGE
}

describe("an arena", () => {
  test("gives its lowest free pages, and those that are asked for", () => {
    const map = arena({}, Uint8Array.of(1))
    expect(allocate(map, -1n, 1)).toBe(1)
    expect(allocate(map, FIRST, 1)).toBeUndefined()
    expect(allocate(map, 3n * SECOND, 1)).toBe(3)
    expect(allocate(map, -1n, 2)).toBeUndefined()
    expect(allocate(map, -1n, 1)).toBe(2)
    expect(allocate(map, -1n, 1)).toBeUndefined()
    host.call("bpf_arena_free_pages", [map.address, map.pages.user, 100])
    expect(allocate(map, -1n, 4)).toBe(0)
    expect(map.read(0, 1)).toEqual(Uint8Array.of(0))
  })

  test("lies where map_extra says, unless no process can have that address", () => {
    expect(arena({ extra: 0x1000_0000_3000n }).valueAddress(8)).toBe(0x1000_0000_3008)
    expect(() => arena({ extra: 1n << 47n })).toThrow(/failed to map the arena at 0x800000000000 \(ENOMEM\)/)
  })

  test("that no process has mapped has no pages", () => {
    const map = host.map(ARENA, { keySize: 0, valueSize: 0, flags: MAP_FLAG.MMAPABLE }) as ArenaMap
    expect(() => map.valueAddress(0)).toThrow(/user address must be set via map_extra or mmap/)
  })

  test("of another type is none", () => {
    const array = host.map(2)
    expect(host.call("bpf_arena_alloc_pages", [array.address, 0n, 1, -1, 0n])).toBe(0)
    expect(() => host.call("bpf_arena_free_pages", [array.address, SECOND, 1])).not.toThrow()
  })

  test("knows the pages that user space wrote to behind its back", () => {
    const map = arena()
    expect(map.pages.isMapped(PAGE, 8)).toBe(false)
    map.window(0)[2 * PAGE + 5] = 7
    expect(map.pages.isMapped(2 * PAGE, 8)).toBe(true)
    expect(map.pages.isMapped(PAGE, 8)).toBe(false)
    expect(allocate(map, -1n, 2)).toBe(0)
    expect(allocate(map, 2n * SECOND, 1)).toBeUndefined()
  })

  test("with BPF_F_SEGV_ON_FAULT gives a process only what programs have allocated", () => {
    const map = arena({ flags: MAP_FLAG.MMAPABLE | MAP_FLAG.SEGV_ON_FAULT })
    expect(() => map.read(0, 1)).toThrow(MapError)
    expect(() => map.write(0, Uint8Array.of(1))).toThrow(/ends the process \(SIGSEGV\) \(EFAULT\)/)
    allocate(map, FIRST, 1)
    map.write(0, Uint8Array.of(1))
    expect(map.read(0, 1)).toEqual(Uint8Array.of(1))
    expect(() => map.read(PAGE - 4, 8)).toThrow(MapError)
  })

  test("gives its memory back, clean", () => {
    host.memory.free(host.memory.reserve(64 * PAGE))
    const before = host.memory.kernel.used
    const dirty = host.memory.alloc(5 * PAGE)
    host.memory.bytes.fill(9, dirty, dirty + 5 * PAGE)
    host.memory.free(dirty)
    const map = arena()
    expect(map.pages.bytes.every(byte => byte === 0)).toBe(true)
    map.close()
    expect(host.memory.kernel.used).toBe(before)
  })
})

test("a program's arena is seen as on Linux: its globals at load and after, its bytes in a view", async () => {
  const kernel = new EmbeddedKernel(await loadBuiltinProfile("6.12"))
  const bytes = readFileSync(new URL("../../../../test/kernel/programs/arenas.bpf.o", import.meta.url))
  const watched = kernel.world.spawn()
  const globals = { watched: watched.pid, counter: 7 }
  const object = await kernel.load(readObject(bytes), { only: ["allocating"], globals })
  await object.attach()
  object.globals.counter = 8
  watched.getppid()
  kernel.world.sleep(20)
  expect(object.globals.seen_counter).toBe(9n)
  const view = object.maps.arena!.view()
  expect([view.length, view.stride, view.get(0), view.get(8 * PAGE)]).toEqual([8 * PAGE, 1, 0x34, undefined])
  view.set(5 * PAGE, 300)
  expect(view.bytes[5 * PAGE]).toBe(300 & 0xff)
  await object[Symbol.asyncDispose]()
})
