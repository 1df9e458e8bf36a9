import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import { bootKernel, type EmbeddedKernel } from "../../embedded/index.ts"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { bpftool, jsonOf, outputOf } from "./testing/bpftool.ts"

const profile = await loadBuiltinProfile("6.12")
const hello = readObject(readFileSync(new URL("../../../exhibits/hello/program.bpf.o", import.meta.url)), {
  name: "hello",
})
let kernel: EmbeddedKernel

beforeEach(async () => {
  kernel = await bootKernel({ profile })
})

const run = (line: string) => bpftool(kernel, line)
const output = (line: string) => outputOf(kernel, line)
const json = (line: string) => jsonOf(kernel, line)
const TYPES = "/sys/fs/bpf/types"

describe("bpftool perf", () => {
  test("lists who has programs on probes and tracepoints, but not on functions", async () => {
    await (await kernel.load(hello)).attach()
    expect(await output("perf show")).toBe(
      [
        "pid 100  fd 3: prog_id 1  tracepoint  sys_enter_execve",
        "pid 100  fd 5: prog_id 2  kprobe  func __x64_sys_execve  offset 0",
        "pid 100  fd 7: prog_id 3  kprobe  func begin_new_exec  offset 0",
        "pid 100  fd 10: prog_id 5  raw_tracepoint  sched_process_exec",
        "pid 100  fd 11: prog_id 6  raw_tracepoint  sched_process_exec",
        "",
      ].join("\n"),
    )
    expect(await json("perf list")).toMatchObject([
      { pid: 100, fd: 3, prog_id: 1, fd_type: "tracepoint", tracepoint: "sys_enter_execve" },
      { fd_type: "kprobe", func: "__x64_sys_execve", offset: 0 },
      { fd_type: "kprobe", func: "begin_new_exec", offset: 0 },
      { fd_type: "raw_tracepoint", tracepoint: "sched_process_exec" },
      { fd_type: "raw_tracepoint" },
    ])
  })
})

describe("bpftool link", () => {
  test("lists links as they are attached, and they go with their object", async () => {
    const loaded = await kernel.load(hello)
    await loaded.attach()
    expect(await output("link show id 5")).toBe("5: raw_tracepoint  prog 5  \n\ttp 'sched_process_exec'  \n")
    expect(await json("link show")).toMatchObject([
      { id: 1, type: "perf_event", prog_id: 1 },
      { id: 2, type: "perf_event", prog_id: 2 },
      { id: 3, type: "perf_event", prog_id: 3 },
      { id: 4, type: "tracing", prog_id: 4, prog_type: "tracing", attach_type: "trace_fentry" },
      { id: 5, type: "raw_tracepoint", prog_id: 5, tp_name: "sched_process_exec" },
      { id: 6, type: "raw_tracepoint", prog_id: 6, tp_name: "sched_process_exec" },
    ])
    await loaded[Symbol.asyncDispose]()
    expect(await output("link show")).toBe("")
  })

  test("pin keeps one, detach takes its program off; a tracing link is not detached", async () => {
    kernel.world.makePair({ name: "eth0", addresses: [] }, { name: "peer", addresses: [] })
    kernel.world.makeGroup("web")
    await output(`prog loadall types.bpf.o ${TYPES}`)
    const types = readObject(
      readFileSync(new URL("../../../test/kernel/programs/types.bpf.o", import.meta.url)),
      { name: "types" },
    )
    const { programs } = await kernel.load(types, {
      only: ["load_xdp", "load_cgroup_sock", "load_sk_lookup"],
    })
    await programs.load_xdp!.attach({ kind: "xdp", interface: "eth0" })
    await programs.load_cgroup_sock!.attach({ kind: "cgroup", path: "/sys/fs/cgroup/web" })
    await programs.load_sk_lookup!.attach({ kind: "netns" })
    const id = kernel.world.groupId("/sys/fs/cgroup/web")
    expect(await json("link show")).toMatchObject([
      { type: "xdp" },
      { type: "cgroup", cgroup_id: Number(id), attach_type: "cgroup_inet_sock_create" },
      { type: "netns", netns_ino: 4026531672, attach_type: "sk_lookup" },
    ])
    await output("link pin id 2 /sys/fs/bpf/group")
    for (const link of [1, 2, 3]) await output(`link detach id ${link}`)
    expect(await json("link show pinned /sys/fs/bpf/group")).toMatchObject({ cgroup_id: 0 })
    expect(await output("net show")).toBe("xdp:\n\ntc:\n\nflow_dissector:\n\n")
    expect(await output("cgroup show /sys/fs/cgroup/web")).toBe("")
    await (await kernel.load(hello, { only: ["fentry_exec"] })).attach()
    expect((await run("link detach id 4")).err).toBe("Error: failed link detach: Operation not supported\n")
  })
})

test("bpftool link shows where a program of netkit stands", async () => {
  kernel.world.makePair(
    { name: "kit0", addresses: [] },
    { name: "eth0", namespace: "pod", addresses: [] },
    { type: "netkit" },
  )
  const path = new URL("../../../test/kernel/programs/network.bpf.o", import.meta.url)
  const network = readObject(readFileSync(path), { name: "network" })
  const { programs } = await kernel.load(network, { only: ["netkit_primary"] })
  await programs.netkit_primary!.attach({ kind: "netkit", interface: "kit0", end: "primary" })
  const { id } = programs.netkit_primary!
  expect(await output("link show")).toBe(
    `1: netkit  prog ${id}  \n\tifindex kit0(2)  attach_type netkit_primary  \n`,
  )
  expect(await json("link show")).toMatchObject([
    { devname: "kit0", ifindex: 2, attach_type: "netkit_primary" },
  ])
})

describe("bpftool net", () => {
  beforeEach(async () => {
    kernel.world.makePair({ name: "eth0", addresses: [] }, { name: "peer", addresses: [] })
    await output("prog load types.bpf.o /sys/fs/bpf/first type xdp")
    await output(`prog loadall types.bpf.o ${TYPES}`)
  })

  test("attaches XDP, where it stays, and says why not a second time", async () => {
    const pass = `pinned ${TYPES}/load_xdp`
    await output(`net attach xdp ${pass} dev eth0`)
    const { id } = (await json(`prog show ${pass}`)) as { id: number }
    expect(await output("net show dev eth0")).toBe(
      `xdp:\neth0(2) driver id ${id}\n\ntc:\n\nflow_dissector:\n\n`,
    )
    expect(await json("net")).toEqual([
      { xdp: [{ devname: "eth0", ifindex: 2, mode: "driver", id }], tc: [], flow_dissector: [] },
    ])
    expect(await run(`net attach xdp ${pass} dev eth0`)).toEqual({
      ...{ status: 255, out: "" },
      err: "libbpf: Kernel error message: XDP program already attached\nError: interface xdp attach failed: Device or resource busy\n",
    })
    expect(await run(`net attach xdpgeneric ${pass} dev eth0`)).toMatchObject({
      status: 255,
      err: "libbpf: Kernel error message: Native and generic XDP can't be active at the same time\nError: interface xdpgeneric attach failed: File exists\n",
    })
    await output(`net attach xdp ${pass} dev eth0 overwrite`)
    await output("net detach xdp dev eth0")
    expect(await output("net show")).toBe("xdp:\n\ntc:\n\nflow_dissector:\n\n")
  })

  test("attaches in the stack, and to each interface by itself", async () => {
    await output(`net attach xdpgeneric pinned ${TYPES}/load_xdp dev lo`)
    await output(`net attach xdpdrv pinned ${TYPES}/load_xdp dev peer`)
    expect(await output("net")).toMatch(/^xdp:\nlo\(1\) generic id \d+\npeer\(3\) driver id \d+\n/)
    expect((await run(`net attach xdpoffload pinned ${TYPES}/load_xdp dev eth0`)).err).toBe(
      "Error: interface xdpoffload attach failed: Invalid argument\n",
    )
    expect((await run(`net attach xdp pinned ${TYPES}/load_xdp dev eth9`)).err).toBe(
      "Error: interface xdp attach failed: no network interface is named 'eth9'\n",
    )
  })

  test("lists classifiers", async () => {
    const types = readObject(
      readFileSync(new URL("../../../test/kernel/programs/types.bpf.o", import.meta.url)),
      { name: "types" },
    )
    const { programs } = await kernel.load(types, { only: ["load_sched_cls"] })
    const { id } = programs.load_sched_cls!
    await programs.load_sched_cls!.attach({ kind: "tc", interface: "eth0", direction: "egress" })
    expect(await output("net show")).toContain(`\ntc:\neth0(2) clsact/egress load_sched_cls id ${id}\n`)
  })
})

describe("bpftool cgroup", () => {
  const GROUP = "/sys/fs/cgroup/web"
  const program = `pinned ${TYPES}/load_cgroup_skb`

  beforeEach(async () => {
    kernel.world.makeGroup("web/front")
    await output(`prog loadall types.bpf.o ${TYPES}`)
  })

  test("attaches, lists and detaches", async () => {
    const { id } = (await json(`prog show ${program}`)) as { id: number }
    await output(`cgroup attach ${GROUP} ingress ${program} multi`)
    const heading = "ID       AttachType      AttachFlags     Name           \n"
    const row = `${String(id).padEnd(8)} cgroup_inet_ingress multi           load_cgroup_skb                \n`
    expect(await output(`cgroup show ${GROUP}`)).toBe(heading + row)
    expect(await output("cgroup tree")).toBe(`CgroupPath\n${heading}${GROUP}\n    ${row}`)
    expect(await json(`cgroup show ${GROUP}/front effective`)).toMatchObject([
      { id, attach_type: "cgroup_inet_ingress" },
    ])
    expect(await output(`cgroup show ${GROUP}/front`)).toBe("")
    await output(`cgroup detach ${GROUP} ingress ${program}`)
    expect(await output("cgroup tree")).toBe(`CgroupPath\n${heading}`)
  })

  test("refuses what the kernel refuses", async () => {
    await output(`cgroup attach ${GROUP} ingress ${program}`)
    const refused = async (line: string) => (await run(line)).err
    expect(await refused(`cgroup attach ${GROUP}/front ingress ${program}`)).toBe(
      "Error: failed to attach program: Operation not permitted\n",
    )
    expect(await refused(`cgroup attach ${GROUP} device ${program}`)).toBe(
      "Error: failed to attach program: Invalid argument\n",
    )
    expect(await refused(`cgroup detach ${GROUP} egress ${program}`)).toBe(
      "Error: failed to detach program: No such file or directory\n",
    )
    expect(await refused("cgroup show /sys/fs/cgroup/none")).toBe(
      "Error: can't open cgroup /sys/fs/cgroup/none: No such file or directory\n",
    )
  })
})

describe("bpftool prog attach", () => {
  test("puts programs on sockmaps and the namespace, and takes them off", async () => {
    await output(`prog loadall types.bpf.o ${TYPES}`)
    await output("map create /sys/fs/bpf/socks type sockmap key 4 value 4 entries 4 name socks")
    const words = `pinned ${TYPES}/load_sk_msg sk_msg_verdict name socks`
    await output(`prog attach ${words}`)
    await output(`prog detach ${words}`)
    expect((await run(`prog detach ${words}`)).err).toBe(
      "Error: failed to detach program: No such file or directory\n",
    )
    await output(`prog attach pinned ${TYPES}/load_flow_dissector flow_dissector`)
    expect(await output("net show")).toMatch(/flow_dissector:\nid \d+\n$/)
    await output(`prog detach pinned ${TYPES}/load_flow_dissector flow_dissector`)
    expect(await json("net show")).toMatchObject([{ flow_dissector: [] }])
  })
})

describe("bpftool iter", () => {
  test("pins an iterator, whose file runs it", async () => {
    await output("iter pin iterators.bpf.o /sys/fs/bpf/tasks")
    expect(await output("-f link show")).toMatch(
      /^1: iter {2}prog \d+ {2}target_name task {2}\n\tpinned \/sys\/fs\/bpf\/tasks\n$/,
    )
    expect(kernel.world.readText("/sys/fs/bpf/tasks")).toContain("init")
    kernel.world.unlink("/sys/fs/bpf/tasks")
    expect(await output("prog show")).toBe("")
  })
})
