import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync, rmdirSync } from "node:fs"
import { after, before, describe, test } from "node:test"
import { isSince } from "skep/catalog"
import { type LinuxKernel, openLinuxKernel } from "skep/linux"
import { compare, object, quiet } from "./compare.ts"

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
    await compare(["link", "show"])
    await compare(["-f", "link", "show"])
    await compare(["perf", "show"])
    await compare(["link", "show", "id", String(links[0]!.id)])
    await compare(["link", "show", "pinned", `${PINS}/probe`])
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
    await programs.load_flow_dissector!.attach({ kind: "netns" })
    await programs.load_sk_lookup!.attach({ kind: "netns" })
    await programs.load_xdp!.attach({ kind: "xdp", interface: "lo" })
    await programs.load_cgroup_skb!.attach({ kind: "cgroup", path: GROUP })
    await compare(["link", "show"])
    await compare(["cgroup", "show", GROUP])
    await compare(["cgroup", "show", `${GROUP}/below`, "effective"])
    await compare(["cgroup", "tree"])
    await compare(["cgroup", "tree", "/sys/fs/cgroup", "effective"])
  })

  test("cgroup attach and detach, with flags and by older names", async () => {
    await kernel.load(object("commands"), { only: ["pass", "target"] })
    await quiet("cgroup", "attach", `${GROUP}/below`, "egress", "name", "pass", "multi")
    await compare(["cgroup", "show", `${GROUP}/below`])
    await compare(["cgroup", "tree", GROUP])
    await quiet("cgroup", "detach", `${GROUP}/below`, "cgroup_inet_egress", "name", "pass")
    await compare(["cgroup", "tree", GROUP], [""])
  })

  test("a program of LSM hooks on a control group has the hook's name", async ({ skip }) => {
    if (!isSince("6.0", release)) return skip("LSM on control groups came in 6.0")
    const { programs } = await kernel.load(object("commands"), { only: ["may_bind"] })
    await programs.may_bind!.attach({ kind: "cgroup", path: GROUP })
    await compare(["cgroup", "show", GROUP])
  })
})
