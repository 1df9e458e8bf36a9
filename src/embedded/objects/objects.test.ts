import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import { type ObjectSpec, readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import { EmbeddedObjects } from "../inspect/index.ts"

const profile = await loadBuiltinProfile("6.12")
const read = (path: string): ObjectSpec =>
  readObject(readFileSync(new URL(`../../../${path}.bpf.o`, import.meta.url)), {
    name: path.split("/").at(-2)!,
  })
const hello = read("exhibits/hello/program")
const types = read("test/kernel/programs/types")
const jumps = read("test/ground-truth/programs/maps")
const iterators = read("test/kernel/programs/iterators")

let kernel: EmbeddedKernel
let objects: EmbeddedObjects

beforeEach(() => {
  kernel = new EmbeddedKernel(profile)
  objects = new EmbeddedObjects(kernel)
})

const only = ["tp_execve"]
const PIN = "/sys/fs/bpf/kept"

/** How many of each kind there are. */
const counts = () => (["program", "map", "link"] as const).map(kind => objects.ids(kind).length)

function errno(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return (error as { errno?: string }).errno
  }
  return undefined
}

describe("ids", () => {
  test("count for each kind, and never come twice", async () => {
    const first = await kernel.load(hello, { only })
    const ids = () => (["program", "map", "link", "btf"] as const).map(kind => [...objects.ids(kind)])
    await first.attach()
    expect(ids()).toEqual([[1], [1, 2, 3, 4, 5], [1], [1, 2]])
    await first[Symbol.asyncDispose]()
    expect(ids()).toEqual([[], [], [], [1]])
    await (await kernel.load(hello, { only })).attach()
    expect(ids()).toEqual([[2], [6, 7, 8, 9, 10], [2], [1, 3]])
  })

  test("are of links alone, not of other attachments", async () => {
    const { programs } = await kernel.load(types, { only: ["load_xdp"] })
    kernel.world.makePair({ name: "a", addresses: [] }, { name: "b", addresses: [] })
    const netlink = await programs.load_xdp!.attach({ kind: "xdp", interface: "a", by: "netlink" })
    const link = await programs.load_xdp!.attach({ kind: "xdp", interface: "b" })
    expect([netlink.id, link.id, objects.ids("link")]).toEqual([0, 1, [1]])
  })
})

describe("what is pinned", () => {
  test("outlives its object, and what it refers to with it; then all memory comes back", async () => {
    await (await kernel.load(hello, { only }))[Symbol.asyncDispose]()
    kernel.world.open("/etc/passwd")
    const used = kernel.memory.kernel.used
    const loaded = await kernel.load(hello, { only })
    await loaded.programs.tp_execve!.pin(PIN)
    await loaded[Symbol.asyncDispose]()
    // Of the object's five maps the program uses three.
    expect(counts()).toEqual([1, 3, 0])
    expect(objects.pinned(PIN)).toEqual({ kind: "program", id: objects.ids("program")[0] })
    kernel.world.unlink(PIN)
    expect(counts()).toEqual([0, 0, 0])
    expect(kernel.memory.kernel.used).toBe(used)
  })

  test("as a link stays attached until its name goes", async () => {
    const loaded = await kernel.load(hello, { only })
    const link = await loaded.programs.tp_execve!.attach()
    await link.pin(PIN)
    await loaded[Symbol.asyncDispose]()
    const { runs } = kernel.objects.programs.get(1)!
    await kernel.world.exec("/bin/true")
    expect(kernel.objects.programs.get(1)!.runs).toBe(runs + 1)
    kernel.world.unlink(PIN)
    expect(counts()).toEqual([0, 0, 0])
  })

  test("as an iterator's link is a file whose reading runs it", async () => {
    const { programs } = await kernel.load(iterators, { only: ["dump_task"] })
    await (await programs.dump_task!.attach({ kind: "iter" })).pin(PIN)
    const text = kernel.world.readText(PIN)
    expect(text).toContain("init")
    expect(kernel.world.readText(PIN)).toBe(text)
  })

  test.each([
    ["a name that is there", PIN, "EEXIST"],
    ["a folder that is not", "/sys/fs/bpf/no/name", "ENOENT"],
    ["another file system", "/tmp/name", "EPERM"],
    ["a name with a dot", "/sys/fs/bpf/a.b", "EPERM"],
    ["a name below a pinned object", `${PIN}/name`, "ENOTDIR"],
  ])("does not get %s", async (_what, path, expected) => {
    const { maps } = await kernel.load(hello, { only })
    await maps.runs!.pin(PIN)
    expect(errno(() => objects.pin("map", maps.runs!.id, path))).toBe(expected)
    await expect(maps.runs!.pin(path)).rejects.toMatchObject({ errno: expected })
  })

  test("stands where nobody makes other files", () => {
    expect(errno(() => kernel.world.open("/sys/fs/bpf/file", { create: true }))).toBe("EACCES")
    expect(kernel.bpfFiles.makeFolder("/sys/fs/bpf/folder")).toBeUndefined()
    expect(errno(() => kernel.world.open("/sys/fs/bpf/folder/file", { create: true }))).toBe("EACCES")
    expect(
      errno(() => kernel.world.makeDevice("/sys/fs/bpf/node", { kind: "char", major: 1, minor: 3 })),
    ).toBe("EPERM")
    expect(kernel.bpfFiles.makeFolder("/sys/fs/bpf/a.b")).toBe("EPERM")
  })

  test("is found by its path alone", async () => {
    expect(errno(() => objects.pinned("/sys/fs/bpf/nothing"))).toBe("ENOENT")
    expect(errno(() => objects.pinned("/etc/passwd"))).toBe("EACCES")
    expect(errno(() => objects.pinned("/sys/fs/bpf"))).toBe("EACCES")
  })

  test("by the object's own wish is shared by the loads that follow", async () => {
    const wish = (valueSize?: number): ObjectSpec => ({
      ...hello,
      maps: hello.maps.map(map =>
        map.name === "runs" ? { ...map, pinning: "byName", valueSize: valueSize ?? map.valueSize } : map,
      ),
    })
    const first = await kernel.load(wish(), { only })
    await first[Symbol.asyncDispose]()
    const second = await kernel.load(wish(), { only })
    expect(second.maps.runs!.id).toBe(first.maps.runs!.id)
    expect(second.maps.output!.id).not.toBe(first.maps.output!.id)
    await expect(kernel.load(wish(16), { only })).rejects.toThrow(
      "map 'runs': couldn't reuse pinned map at '/sys/fs/bpf/runs': parameter mismatch: value_size 8, not 16 (EINVAL)",
    )
  })
})

describe("what hooks keep", () => {
  test("stays when its loader has gone: XDP by netlink, until another takes its place", async () => {
    kernel.world.makePair({ name: "a", addresses: [] }, { name: "b", addresses: [] })
    const first = await kernel.load(types, { only: ["load_xdp"] })
    objects.setXdp("a", "xdp", first.programs.load_xdp!.id, { replace: false })
    await first[Symbol.asyncDispose]()
    expect(objects.devices("a")[0]!.xdp).toEqual([{ mode: "driver", id: 1 }])
    const second = await kernel.load(types, { only: ["load_xdp"] })
    objects.setXdp("a", "xdp", second.programs.load_xdp!.id, { replace: true })
    expect(objects.ids("program")).toEqual([2])
  })

  test("goes with the last process that has its link open", async () => {
    const { programs } = await kernel.load(hello, { only })
    const child = kernel.world.spawn()
    const shell = kernel.current
    kernel.current = child.task
    await programs.tp_execve!.attach()
    kernel.current = shell
    expect([...objects.taskDescriptors()]).toMatchObject([
      { process: child.pid, kind: "tracepoint", name: "sys_enter_execve" },
    ])
    child.exit()
    expect(objects.ids("link")).toEqual([])
  })
})

test("a program array without anybody in user space is emptied, so that it and its programs go", async () => {
  const loaded = await kernel.load(jumps)
  await loaded.programs.tails!.pin(PIN)
  await loaded[Symbol.asyncDispose]()
  const names = objects.ids("program").map(id => objects.program(id)!.name)
  expect(names).toEqual(["tails"])
})
