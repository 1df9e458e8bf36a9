import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import type { SpecialField, TypeId } from "../../btf/index.ts"
import { compareReleases } from "../../catalog/index.ts"
import { type ObjectSpec, readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import { layoutsOf, mapLayout } from "../load/map-layout.ts"

const profile = await loadBuiltinProfile("6.12")

function objectOf(name: string): ObjectSpec {
  const path = new URL(`../../../test/kernel/programs/${name}.bpf.o`, import.meta.url)
  return readObject(readFileSync(path), { name })
}

const objects = objectOf("objects")
const timers = objectOf("timers")

/** The fields of a map's values as "kind@offset". */
function fieldsOf(object: ObjectSpec, map: string, release = "6.12"): string[] {
  const since = (wanted: string) => compareReleases(release, wanted) >= 0
  const layouts = layoutsOf(object, { profile, since })
  const spec = object.maps.find(({ name }) => name === map)
  const layout = layouts && spec && mapLayout(spec, object, layouts)
  return (layout?.fields ?? []).map(described)
}

function described(field: SpecialField): string {
  const what = field.kind === "pointer" ? `${field.ownership} pointer` : field.kind
  return `${what}@${field.offset}`
}

describe("special fields", () => {
  test("are found in values, in data sections and in the objects of lists", () => {
    expect(fieldsOf(timers, "alarms")).toEqual(["timer@8"])
    expect(fieldsOf(objects, "slots")).toEqual(["counted pointer@0"])
    expect(fieldsOf(objects, ".bss.A")).toEqual(["spinLock@0", "listHead@8", "treeRoot@24"])
    expect(fieldsOf(objects, "objects.bss")).toEqual([])
    const item = objects.btf?.find("item", "struct") as TypeId
    const layout = layoutsOf(objects, { profile, since: () => true })?.layoutOf(item)
    expect(layout?.fields.map(described)).toEqual(["listNode@8", "treeNode@32", "refcount@64"])
  })

  test("are those that the release knows", () => {
    expect(fieldsOf(objects, ".bss.A", "6.1")).toEqual(["spinLock@0"])
    expect(fieldsOf(objects, "slots", "6.1")).toEqual(["untrusted pointer@0"])
  })
})

describe("a value with special fields", () => {
  let kernel: EmbeddedKernel

  beforeEach(() => {
    kernel = new EmbeddedKernel(profile)
  })

  async function afterRun(object: ObjectSpec, program: string) {
    const watched = kernel.world.spawn()
    const loaded = await kernel.load(object, {
      only: [program],
      globals: { watched: watched.pid },
    })
    await loaded.attach()
    watched.getppid()
    return loaded
  }

  test("shows none of them to user space, and takes none from there", async () => {
    const loaded = await afterRun(timers, "timers")
    const { alarms } = loaded.maps
    expect(await alarms?.get(1)).toMatchObject({ number: 42n })
    expect(alarms?.storage.get(Uint8Array.of(1, 0, 0, 0))?.subarray(8)).toEqual(new Uint8Array(16))
    alarms?.storage.set(Uint8Array.of(2, 0, 0, 0), new Uint8Array(24).fill(0xff), 0n)
    expect(alarms?.storage.get(Uint8Array.of(2, 0, 0, 0))?.subarray(0, 9)).toEqual(
      Uint8Array.of(...Array<number>(8).fill(0xff), 0),
    )
  })

  test("loses its timer when user space replaces or deletes it", async () => {
    const loaded = await afterRun(timers, "timers")
    await loaded.maps.alarms?.set(1, { number: 1n })
    await loaded.maps.meetings?.delete(4)
    kernel.clock.advance(1_000_000_000n)
    expect(loaded.globals.rings).toBe(0)
    expect(loaded.globals.kept_rang).toBe(0)
  })

  test("loses its timer with the map", async () => {
    const loaded = await afterRun(timers, "timers")
    await loaded[Symbol.asyncDispose]()
    kernel.clock.advance(1_000_000_000n)
    expect(kernel.clock.now()).toBeGreaterThan(1_000_000_000n)
  })

  test("gives objects back that it holds when it goes", async () => {
    const loaded = await afterRun(objects, "lists")
    expect(kernel.fields.objects.count).toBe(2)
    await loaded[Symbol.asyncDispose]()
    expect(kernel.fields.objects.count).toBe(0)
  })
})
