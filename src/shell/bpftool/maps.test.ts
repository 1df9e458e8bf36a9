import { beforeEach, describe, expect, test } from "vitest"
import { bootKernel, type EmbeddedKernel } from "../../embedded/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { bpftool, jsonOf, outputOf } from "./testing/bpftool.ts"

const profile = await loadBuiltinProfile("6.12")
let kernel: EmbeddedKernel

beforeEach(async () => {
  kernel = await bootKernel({ profile })
})

const run = (line: string) => bpftool(kernel, line)
const output = (line: string) => outputOf(kernel, line)
const json = (line: string) => jsonOf(kernel, line)

describe("bpftool map", () => {
  test("create, update, lookup, getnext, dump and delete", async () => {
    await output("map create /sys/fs/bpf/m type hash key 4 value 8 entries 10 name mine flags 1")
    expect(await output("map show")).toBe(
      "1: hash  name mine  flags 0x1\n\tkey 4B  value 8B  max_entries 10  memlock 1216B\n",
    )
    await output("map update name mine key 1 0 0 0 value 2 0 0 0 0 0 0 0")
    await output("map update id 1 key hex 0a 00 00 00 value hex ff 00 00 00 00 00 00 00 noexist")
    const element = "key: 01 00 00 00  value: 02 00 00 00 00 00 00 00\n"
    expect(await output("map lookup pinned /sys/fs/bpf/m key 1 0 0 0")).toBe(element)
    const all = await output("map dump name mine")
    expect(all).toContain(element)
    expect(all).toMatch(/\nFound 2 elements\n$/)
    expect(await json("map lookup name mine key 1 0 0 0")).toEqual({
      key: ["0x01", "0x00", "0x00", "0x00"],
      value: ["0x02", "0x00", "0x00", "0x00", "0x00", "0x00", "0x00", "0x00"],
    })
    await output("map delete name mine key 1 0 0 0")
    expect(await output("map getnext name mine")).toBe("key: None\nnext key:\n0a 00 00 00\n")
    expect(await run("map lookup name mine key 1 0 0 0")).toEqual({
      ...{ status: 255, err: "" },
      out: "key:\n01 00 00 00\n\nNot found\n",
    })
  })

  test("dump by types: of variables of an object", async () => {
    await output("prog load hello.bpf.o /sys/fs/bpf/hello")
    expect(await output("map dump name runs")).toContain('[{\n        "key": 0,\n        "value": 0\n    },{')
    expect(await json("map dump name runs")).toMatchObject([
      { formatted: { key: 0, value: 0 } },
      {},
      {},
      {},
      {},
      {},
    ])
    expect(await output("map show name hello.rodata")).toMatch(/\n\tbtf_id 2 {2}frozen\n$/)
  })

  test("queues and stacks", async () => {
    await output("map create /sys/fs/bpf/q type queue key 0 value 4 entries 4 name waiting")
    await output("map enqueue name waiting value 1 0 0 0")
    await output("map enqueue name waiting value 2 0 0 0")
    expect(await output("map peek name waiting")).toBe("value: 01 00 00 00\n")
    expect(await output("map dequeue name waiting")).toBe("value: 01 00 00 00\n")
    expect(await json("map dequeue name waiting")).toMatchObject({ value: ["0x02", "0x00", "0x00", "0x00"] })
    expect(await run("map dequeue name waiting")).toEqual({ status: 255, out: "Error: empty map\n", err: "" })
  })

  test("freeze keeps user space from writing", async () => {
    await output("map create /sys/fs/bpf/a type array key 4 value 4 entries 1 name fixed")
    await output("map freeze name fixed")
    expect(await output("map show name fixed")).toMatch(/\n\tfrozen\n$/)
    expect(await json("map show name fixed")).toMatchObject({ frozen: 1 })
    expect((await run("map update name fixed key 0 0 0 0 value 1 0 0 0")).err).toMatch(
      /^Error: map 'fixed': .*frozen/,
    )
  })

  test("maps of maps and of programs take them by any handle", async () => {
    await output("map create /sys/fs/bpf/in type array key 4 value 4 entries 1 name inner")
    await output(
      "map create /sys/fs/bpf/out type hash_of_maps key 4 value 4 entries 2 name outer inner_map name inner",
    )
    await output("map update name outer key 1 0 0 0 value pinned /sys/fs/bpf/in")
    kernel.world.unlink("/sys/fs/bpf/in")
    // The outer map keeps it.
    expect(await json("map dump name outer")).toMatchObject([{ value: ["0x01", "0x00", "0x00", "0x00"] }])
    await output("map delete name outer key 1 0 0 0")
    await output("map create /sys/fs/bpf/jumps type prog_array key 4 value 4 entries 2 name jumps")
    await output("prog load hello.bpf.o /sys/fs/bpf/hello")
    await output("map update name jumps key 0 0 0 0 value name tp_execve")
    expect(await output("map show name jumps")).toContain("\n\towner_prog_type tracepoint  owner jited\n")
    expect((await json("map show")) as object[]).not.toContainEqual(
      expect.objectContaining({ name: "inner" }),
    )
  })

  test("says what the kernel refuses", async () => {
    expect(await run("map create /sys/fs/bpf/m type hash key 0 value 4 entries 1 name bad")).toEqual({
      ...{ status: 255, out: "", err: "Error: map create failed: Invalid argument\n" },
    })
    expect((await run("map create /tmp/m type hash key 4 value 4 entries 1 name bad")).err).toBe(
      "Error: can't pin the object (/tmp/m): Operation not permitted\n",
    )
    expect(await json("map show")).toEqual([])
    expect((await run("map show id 7")).err).toBe("Error: get map by id (7): No such file or directory\n")
    expect(await run("-j map show id 7")).toMatchObject({
      out: '{"error":"get map by id (7): No such file or directory"}\n',
    })
  })

  test("event_pipe prints the records that are there, and ends", async () => {
    await output("prog loadall hello.bpf.o /sys/fs/bpf/all pinmaps /sys/fs/bpf/maps autoattach")
    await kernel.world.exec("/bin/true")
    const { out, err } = await run("map event_pipe name output")
    expect(err).toBe("Stopping...\n")
    expect(out.match(/^== @\d+\.\d{9} CPU: 0 index: 0 =====$/gm)).toHaveLength(6)
    const given = await run("-j map event_pipe name output")
    expect(JSON.parse(given.out)).toEqual([])
  })
})

describe("bpftool struct_ops", () => {
  test("register, show, dump and unregister", async () => {
    expect(await run("struct_ops register congestion.bpf.o")).toEqual({
      ...{ status: 0, out: "" },
      err: "Registered tcp_congestion_ops plain id 2\n",
    })
    const available = "/proc/sys/net/ipv4/tcp_available_congestion_control"
    expect(kernel.world.readText(available)).toBe("reno cubic skep_plain\n")
    expect(await output("struct_ops show")).toBe("2: plain           tcp_congestion_ops              \n")
    expect(await json("struct_ops show id 2")).toEqual({
      id: 2,
      name: "plain",
      kernel_struct_ops: "tcp_congestion_ops",
    })
    const dump = await output("struct_ops dump id 2")
    expect(dump).toContain('"state": "BPF_STRUCT_OPS_STATE_INUSE"')
    expect(dump).toMatch(/"ssthresh": "u32 \(struct sock \*\) skep_ssthresh\/prog_id:\d+"/)
    expect((await run("struct_ops unregister name plain")).err).toBe(
      "Unregistered tcp_congestion_ops plain id 2\n",
    )
    expect(kernel.world.readText(available)).toBe("reno cubic\n")
    // Nothing else kept them.
    expect([await output("map show"), await output("prog show")]).toEqual(["", ""])
    expect((await run("struct_ops unregister name plain")).err).toBe("Error: no struct_ops found for plain\n")
  })
})
