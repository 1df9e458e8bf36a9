import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, readdirSync, readFileSync, rmdirSync, unlinkSync } from "node:fs"
import { after, before, describe, test } from "node:test"
import { type AttachPoint, type ObjectSpec, readObject } from "skep"
import { type LinuxObject, openLinuxKernel } from "skep/linux"
import { eventually } from "../styles/sockets-of.ts"
import { programs } from "../tracing/style.ts"
import { makePair, removePair, run } from "./pair.ts"

const GROUP = "/sys/fs/cgroup/skep-life"
const PIN = "/sys/fs/bpf/kept"
const CYCLES = 200
const WARM_UP = 20
const MEBIBYTE = 1 << 20

type PointOf = (loaded: LinuxObject) => AttachPoint

describe("what is attached", () => {
  before(() => {
    makePair()
    mkdirSync(GROUP)
  })
  after(() => {
    rmdirSync(GROUP)
    removePair()
  })

  test(`leaves nothing behind after ${CYCLES} times of load, attach, detach`, async () => {
    const network = programs("network")
    const cgroups = programs("cgroups")
    // Its records lie in memory that is mapped from the kernel.
    const hello = readObject(readFileSync("/skep/exhibits/hello/program.bpf.o"), { name: "program" })
    await using kernel = await openLinuxKernel()
    const kinds: readonly (readonly [object: ObjectSpec, program: string, point?: PointOf])[] = [
      [hello, "raw_tp_exec"],
      [network, "xdp_program", () => ({ kind: "xdp", interface: "v0" })],
      [network, "classify", () => ({ kind: "tc", interface: "v0", direction: "ingress" })],
      [network, "message", ({ maps }) => ({ kind: "sockmap", map: maps.sockets!.id })],
      [cgroups, "bind4", () => ({ kind: "cgroup", path: GROUP })],
      [cgroups, "bind4", () => ({ kind: "cgroup", path: GROUP, by: "attach", flags: ["multi"] })],
    ]
    /** One kind after the other: an emulated machine takes a fifth of a second for each. */
    const cycle = async (turn: number): Promise<void> => {
      const [object, name, point] = kinds[turn % kinds.length]!
      await using loaded = await kernel.load(object, { only: [name] })
      const link = await loaded.programs[name]!.attach(point?.(loaded))
      await link.detach()
    }
    for (let turn = 0; turn < WARM_UP; turn++) await cycle(turn)
    assert.equal(usage().kernelMappings, 0, "mappings of what is closed")
    const start = usage()
    for (let turn = WARM_UP; turn < CYCLES; turn++) await cycle(turn)
    const end = usage()
    assert.equal(end.descriptors, start.descriptors, "descriptors")
    assert.equal(end.kernelMappings, 0, "mappings of what is closed")
    const grown = (end.resident - start.resident) / MEBIBYTE
    assert(grown < 40, `${grown.toFixed(1)} MiB more memory after ${CYCLES - WARM_UP} turns`)
    assert.equal(
      await eventually(() => (programCount() === 0 ? true : undefined), 3000),
      true,
      "programs are left",
    )
  })

  test("goes with a process that is killed, except what it pinned", async () => {
    const script = new URL("hold.js", import.meta.url).pathname
    const child = spawn(process.execPath, [script, GROUP, PIN], { stdio: ["ignore", "pipe", "inherit"] })
    const exit = once(child, "exit")
    assert.equal(String((await once(child.stdout, "data"))[0]).trim(), "attached")
    const held = linkKinds()
    assert.deepEqual(held.sort(), ["cgroup", "cgroup", "netns", "xdp"])
    child.kill("SIGKILL")
    await exit
    const left = await eventually(() => (linkKinds().length === 1 ? linkKinds() : undefined), 3000)
    assert.deepEqual(left, ["cgroup"], `left: ${linkKinds().join(", ")}`)
    unlinkSync(PIN)
    assert(
      await eventually(() => (linkKinds().length === 0 ? true : undefined), 3000),
      "the pin is gone, the link is not",
    )
  })
})

/** Mappings of the process's own heap come and go as V8 likes; those of kernel objects are Skep's. */
function usage(): { descriptors: number; kernelMappings: number; resident: number } {
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    kernelMappings: readFileSync("/proc/self/maps", "latin1").split("anon_inode").length - 1,
    resident: process.memoryUsage.rss(),
  }
}

function linkKinds(): string[] {
  const links = JSON.parse(run("bpftool", "link", "show", "-j") || "[]") as { type: string }[]
  return links.map(({ type }) => type)
}

function programCount(): number {
  const shown = JSON.parse(run("bpftool", "prog", "show", "-j") || "[]") as { name?: string }[]
  return shown.filter(({ name }) => name !== undefined && /^(xdp_program|classify|message|bind4)$/.test(name))
    .length
}
