import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, rmdirSync } from "node:fs"
import { after, before, describe, test } from "node:test"
import { isSince } from "skep/catalog"
import { type LinuxKernel, openLinuxKernel } from "skep/linux"
import { bpftool, compare, compareFailure, json, object, quiet, skep } from "./compare.ts"

const PINS = "/sys/fs/bpf/links"
const GROUP = "/sys/fs/cgroup/commands"
const release = process.env.SKEP_KERNEL as string

describe("commands about attachments print what bpftool prints", () => {
  let kernel: LinuxKernel

  before(async () => {
    kernel = await openLinuxKernel()
    mkdirSync(PINS, { recursive: true })
    mkdirSync(`${GROUP}/below`, { recursive: true })
  })
  after(async () => {
    await kernel[Symbol.asyncDispose]()
    execFileSync("rm", ["-rf", PINS])
    rmdirSync(`${GROUP}/below`)
    rmdirSync(GROUP)
  })

  test("probes and tracepoints, as links and as perf events", async () => {
    const hello = await kernel.load(object("hooks"))
    const links = await hello.attach()
    assert(links.length > 5)
    await links[0]!.pin(`${PINS}/probe`)
    await compare(["link", "show"], ["-j"])
    await compare(["-f", "link", "show"], ["", "-p"])
    await compare(["perf", "show"], ["", "-j"])
    await compare(["link", "show", "id", String(links[0]!.id)], ["", "-j"])
    await compare(["link", "show", "pinned", `${PINS}/probe`], [""])
  })

  test("iterators of tasks, maps and control groups", async () => {
    const iterators = await kernel.load(object("iterators"))
    const { dump_task, dump_ages, dump_cgroup } = iterators.programs
    const map = Object.values(iterators.maps).find(each => each.type === "hash")
    await dump_task!.attach({ kind: "iter", task: process.pid })
    await dump_ages!.attach({ kind: "iter", map: map!.id })
    if (isSince("6.1", release)) await dump_cgroup!.attach({ kind: "iter", cgroup: GROUP })
    await compare(["link", "show"])
  })

  test("network namespaces, interfaces and control groups", async () => {
    const types = object("types")
    const only = ["load_flow_dissector", "load_sk_lookup", "load_xdp", "load_cgroup_skb"]
    const { programs } = await kernel.load(types, { only })
    const dissector = await programs.load_flow_dissector!.attach({ kind: "netns" })
    await programs.load_sk_lookup!.attach({ kind: "netns" })
    await programs.load_xdp!.attach({ kind: "xdp", interface: "lo" })
    await programs.load_cgroup_skb!.attach({ kind: "cgroup", path: GROUP })
    await compare(["link", "show"])
    await compare(["cgroup", "show", GROUP])
    await compare(["cgroup", "show", `${GROUP}/below`, "effective"], ["", "-j"])
    await compare(["cgroup", "tree"], ["", "-j"])
    await compare(["cgroup", "tree", "/sys/fs/cgroup", "effective"], [""])
    await dissector.detach()
  })

  test("cgroup attach and detach, with flags and by older names", async () => {
    await kernel.load(object("commands"), { only: ["pass", "target"] })
    await quiet("cgroup", "attach", `${GROUP}/below`, "egress", "name", "pass", "multi")
    await compare(["cgroup", "show", `${GROUP}/below`], ["", "-j"])
    await compare(["cgroup", "tree", GROUP], ["-p"])
    await quiet("cgroup", "detach", `${GROUP}/below`, "cgroup_inet_egress", "name", "pass")
    await compare(["cgroup", "tree", GROUP], [""])
  })

  test("a program of LSM hooks on a control group has the hook's name", async ({ skip }) => {
    if (!isSince("6.0", release)) return skip("LSM on control groups came in 6.0")
    const { programs } = await kernel.load(object("commands"), { only: ["may_bind"] })
    await programs.may_bind!.attach({ kind: "cgroup", path: GROUP })
    await compare(["cgroup", "show", GROUP])
  })

  test("link pin and link detach", async () => {
    const types = object("types")
    const { programs } = await kernel.load(types, { only: ["load_cgroup_sock", "load_sk_lookup"] })
    const group = await programs.load_cgroup_sock!.attach({ kind: "cgroup", path: GROUP })
    const lookup = await programs.load_sk_lookup!.attach({ kind: "netns" })
    await quiet("link", "pin", "id", String(group.id), `${PINS}/group`)
    await quiet("link", "detach", "pinned", `${PINS}/group`)
    await quiet("link", "detach", "id", String(lookup.id))
    for (const { id } of [group, lookup]) await compare(["link", "show", "id", String(id)], ["", "-j"])
    await compare(["-f", "link", "show"], ["-j"])
    await compareFailure("link", "pin", "id", String(group.id), `${PINS}/group`)
  })

  test("prog attach and detach: sockmaps and the flow dissector", async () => {
    const path = `${PINS}/sockets`
    await quiet(
      "map",
      "create",
      path,
      "type",
      "sockmap",
      ..."key 4 value 4 entries 4 name sockets".split(" "),
    )
    const names = ["load_sk_skb", "load_sk_msg", "load_flow_dissector"]
    const { programs } = await kernel.load(object("types"), { only: names })
    const target = (name: string, type: string): string[] => {
      const map = type === "flow_dissector" ? [] : ["pinned", path]
      return ["id", String(programs[name]!.id), type, ...map]
    }
    for (const words of [
      target("load_sk_msg", "sk_msg_verdict"),
      target("load_sk_skb", "sk_skb_stream_verdict"),
      target("load_flow_dissector", "flow_dissector"),
    ]) {
      await quiet("prog", "attach", ...words)
      await compare(["net", "show"], [""])
      assert.equal(bpftool("prog", "detach", ...words).status, 0, words.join(" "))
      assert.equal(bpftool("prog", "attach", ...words).status, 0, words.join(" "))
      await quiet("prog", "detach", ...words)
      assert.notEqual(bpftool("prog", "detach", ...words).status, 0, words.join(" "))
    }
  })

  test("net attach, show and detach: XDP, classifiers, actions", async () => {
    const names = ["load_xdp", "load_sched_cls", "load_sched_act"]
    const { programs } = await kernel.load(object("types"), { only: names })
    await programs.load_sched_cls!.pin(`${PINS}/classify`)
    await programs.load_sched_act!.pin(`${PINS}/act`)
    const id = String(programs.load_xdp!.id)
    // Busybox has an ip and a tc too, which know no veth and no clsact.
    const run = (line: string): unknown => {
      const [program, ...args] = line.split(" ")
      return execFileSync(`/usr/bin/${program}`, args)
    }
    run("ip link add queen type veth peer name drone")
    run("ip link set queen up")
    run("ip link set drone up")
    try {
      await quiet("net", "attach", "xdpgeneric", "id", id, "dev", "queen")
      await quiet("net", "attach", "xdpdrv", "id", id, "dev", "drone")
      run("tc qdisc add dev queen clsact")
      run(`tc filter add dev queen ingress bpf da pinned ${PINS}/classify`)
      run(`tc filter add dev queen egress bpf pinned ${PINS}/classify action bpf pinned ${PINS}/act`)
      await compare(["net", "show"])
      await compare(["net", "list", "dev", "queen"], ["", "-j"])
      const taken = await skep("net", "attach", "xdpgeneric", "id", id, "dev", "queen")
      assert.equal(taken.status, 1)
      assert.match(taken.err, /^skep: interface xdpgeneric attach failed: .*Device or resource busy/)
      await quiet("net", "attach", "xdpgeneric", "id", id, "dev", "queen", "overwrite")
      await quiet("net", "detach", "xdpgeneric", "dev", "queen")
      await quiet("net", "detach", "xdpdrv", "dev", "drone")
      await compare(["net"], ["", "-j"])
    } finally {
      run("ip link del queen")
    }
  })

  test("iter pin makes the same file", async () => {
    const file = "/skep/test/programs/iterators.bpf.o"
    await quiet("iter", "pin", file, `${PINS}/ours`)
    assert.equal(bpftool("iter", "pin", file, `${PINS}/theirs`).status, 0)
    await compare(["-f", "link", "show"], ["", "-j"])
    const [ours, theirs] = await Promise.all(
      ["ours", "theirs"].map(
        async name =>
          await json<{ type: string; target_name: string }>("link", "show", "pinned", `${PINS}/${name}`),
      ),
    )
    assert.deepEqual([ours!.type, ours!.target_name], [theirs!.type, theirs!.target_name])
    assert(readFileSync(`${PINS}/ours`, "utf8").length > 0)
  })
})

describe("commands about struct_ops print what bpftool prints", () => {
  const file = "/skep/test/programs/congestion.bpf.o"

  test("struct_ops register, show, dump and unregister", async () => {
    const numberless = (text: string): string => text.replaceAll(/id \d+/g, "id N")
    const registered = await skep("struct_ops", "register", file)
    const { id } = (await json<{ id: number; name: string }[]>("struct_ops", "show"))[0]!
    const names = available()
    await compare(["struct_ops", "show"], [""])
    await compare(["struct_ops", "dump", "id", String(id)], [""])
    await compare(["struct_ops", "dump"], ["-p"])
    const unregistered = await skep("struct_ops", "unregister", "name", "plain")
    assert(names.includes("skep_plain") && !available().includes("skep_plain"))
    const wanted = [
      bpftool("struct_ops", "register", file),
      bpftool("struct_ops", "unregister", "name", "plain"),
    ]
    for (const [index, given] of [registered, unregistered].entries()) {
      const { status, out, err } = wanted[index]!
      assert.deepEqual({ ...given, err: numberless(given.err) }, { status, out, err: numberless(err) })
    }
    await compareFailure("struct_ops", "unregister", "name", "plain")
  })
})

function available(): string[] {
  const path = "/proc/sys/net/ipv4/tcp_available_congestion_control"
  return readFileSync(path, "latin1").trim().split(" ")
}
