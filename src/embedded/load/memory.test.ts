import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import type { EmbeddedObject } from "./loaded-object.ts"

// The same as on the real kernel: test/kernel/suite/memory.ts.
const profile = await loadBuiltinProfile("6.12")
const bytes = readFileSync(new URL("../../../test/kernel/programs/memory.bpf.o", import.meta.url))
const spec = readObject(bytes, { name: "memory" })

async function boot(globals = {}): Promise<{ kernel: EmbeddedKernel; object: EmbeddedObject }> {
  const kernel = new EmbeddedKernel(profile)
  // LPM tries are not modelled.
  const object = await kernel.load(
    { ...spec, maps: spec.maps.filter(({ name }) => name !== "routes") },
    { globals },
  )
  await object.attach()
  return { kernel, object }
}

async function collect<Element>(elements: AsyncIterable<Element>): Promise<Element[]> {
  const all: Element[] = []
  for await (const element of elements) all.push(element)
  return all
}

test("global variables are read and changed while programs run; constants are not", async () => {
  const { kernel, object } = await boot({ step: 3n })
  const { globals } = object
  const start = { step: 3n, total: 40n, last: { first: 0, second: 0n }, hidden: 7 }
  expect({ ...globals }).toEqual({ ...start, "count.____fmt": "total %d", report_type: 0n })
  await kernel.world.exec("/bin/true")
  expect(globals.total).toBe(43n)
  globals.total = 100n
  globals.hidden = -1
  await kernel.world.exec("/bin/true")
  expect(globals.last).toEqual({ first: -1, second: 103n })
  expect(() => {
    globals.step = 1n
  }).toThrow("map 'memory.rodata': write: Operation not permitted (EPERM)")
  expect(() => {
    globals.totl = 1n
  }).toThrow("object memory has no global variable 'totl' (ENOENT)")
  expect(globals.step).toBe(3n)
})

test("a view of an array shows what programs write, and shows programs what is set", async () => {
  const { kernel, object } = await boot()
  const view = object.maps.shared!.view()
  expect([view.length, view.stride]).toEqual([3, 16])
  view.set(1, { first: 10, second: 0n })
  await kernel.world.exec("/bin/true")
  expect(view.get(1)).toEqual({ first: 11, second: -42n })
  expect(new DataView(view.bytes.buffer, view.bytes.byteOffset).getBigInt64(24, true)).toBe(-42n)
  expect(view.get(3)).toBeUndefined()
  expect(() => view.set(3, { first: 0, second: 0n })).toThrow("index 3 is past its 3 elements (E2BIG)")
  expect(() => object.maps.private!.view()).toThrow("it cannot be mapped into a process (EINVAL)")
})

test("many elements are written, given and deleted at once", async () => {
  const map = (await boot()).object.maps.numbers!
  const elements = Array.from({ length: 3000 }, (_, index) => [index, BigInt(index * 3)] as const)
  await map.setMany(elements)
  expect(new Map(await collect(map.entries()))).toEqual(new Map(elements))
  expect(await map.deleteMany([5, 9999, 6, 7])).toBe(3)
  await expect(map.setMany(elements, { flag: "noexist" })).rejects.toMatchObject({ errno: "EEXIST" })
  expect((await collect(map.take())).length).toBe(2997)
  expect(await collect(map.entries())).toEqual([])
})

test("the trace pipe gives lines as they come, and ends with its signal", async () => {
  const { kernel } = await boot()
  const stop = new AbortController()
  const lines: string[] = []
  const reading = (async () => {
    for await (const line of kernel.trace(stop)) lines.push(line)
  })()
  await kernel.world.exec("/bin/true")
  await new Promise(resolve => setTimeout(resolve))
  stop.abort()
  await reading
  expect(lines).toEqual([
    expect.stringMatching(/^ +true-\d+ +\[00\d\] \S{5} +\d+\.\d{6}: bpf_trace_printk: total 42$/),
  ])
})
