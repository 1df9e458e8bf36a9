import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, readdirSync, readFileSync, rmdirSync, unlinkSync } from "node:fs"
import { after, before, describe, test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { programs } from "../tracing/style.ts"
import { eventually, makePair, removePair, run } from "./hook.ts"

const GROUP = "/sys/fs/cgroup/skep-life"
const PIN = "/sys/fs/bpf/kept"
const CYCLES = 200
const WARM_UP = 20
const MEBIBYTE = 1 << 20

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
    await using kernel = await openLinuxKernel()
    const cycle = async (): Promise<void> => {
      await using packets = await kernel.load(network, { only: ["xdp_program", "classify", "message"] })
      await using group = await kernel.load(cgroups, { only: ["bind4"] })
      const { xdp_program: xdp, classify, message } = packets.programs
      const links = [
        await xdp!.attach({ kind: "xdp", interface: "v0" }),
        await classify!.attach({ kind: "tc", interface: "v0", direction: "ingress" }),
        await message!.attach({ kind: "sockmap", map: packets.maps.sockets!.id }),
        await group.programs.bind4!.attach({ kind: "cgroup", path: GROUP }),
        await group.programs.bind4!.attach({ kind: "cgroup", path: GROUP, by: "attach", flags: ["multi"] }),
      ]
      for (const link of links) await link.detach()
    }
    for (let turn = 0; turn < WARM_UP; turn++) await cycle()
    const start = usage()
    for (let turn = WARM_UP; turn < CYCLES; turn++) await cycle()
    const end = usage()
    assert.equal(end.descriptors, start.descriptors, "descriptors")
    assert(end.mappings <= start.mappings + 10, `mappings: ${start.mappings}, then ${end.mappings}`)
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

function usage(): { descriptors: number; mappings: number; resident: number } {
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    mappings: readFileSync("/proc/self/maps", "latin1").split("\n").length,
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
