import assert from "node:assert/strict"
import { closeSync, mkdirSync, openSync, rmdirSync, writeFileSync } from "node:fs"
import { after, before, describe, test } from "node:test"
import { AttachError, outcome } from "skep"
import { type LinuxKernel, openLinuxKernel, openLinuxWorld, queryPrograms } from "skep/linux"
import { LOOPBACK } from "../styles/sockets-of.ts"
import { programs } from "../tracing/style.ts"

const object = programs("cgroups")
const ROOT = "/sys/fs/cgroup"
const GROUP = `${ROOT}/skep`
const BELOW = `${GROUP}/below`
const BPF_CGROUP_DEVICE = 6

/** This process itself acts as a member of the group. */
function moveTo(group: string): void {
  writeFileSync(`${group}/cgroup.procs`, String(process.pid))
}

function makeGroup(): void {
  mkdirSync(BELOW, { recursive: true })
  moveTo(GROUP)
}

function removeGroup(): void {
  moveTo(ROOT)
  rmdirSync(BELOW)
  rmdirSync(GROUP)
}

test("a group above decides for those below it, and a program outside of them does not", async () => {
  await using kernel = await openLinuxKernel()
  await using world = openLinuxWorld(kernel)
  const below = world.makeGroup("skep/below")
  const bind = (): string =>
    outcome(() => {
      using socket = world.socket({ type: "datagram" })
      socket.bind(LOOPBACK.ipv4)
    })
  const loaded = await kernel.load(object, { only: ["bind4"], globals: { deny: 1 } })
  const above = await loaded.programs.bind4!.attach({ kind: "cgroup", path: GROUP })
  assert.equal(await world.inGroup(below, bind), "EPERM")
  await above.detach()
  await loaded.programs.bind4!.attach({ kind: "cgroup", path: below })
  assert.equal(await world.inGroup(GROUP, bind), "ok")
  await loaded[Symbol.asyncDispose]()
})

describe("attach flags of control groups", () => {
  before(makeGroup)
  after(removeGroup)

  const refusedWith = (errno: string, words: RegExp) => (error: unknown) => {
    assert(error instanceof AttachError, String(error))
    assert.equal(error.errno, errno, error.message)
    assert.match(`${error.message}; ${error.hint}`, words)
    return true
  }
  const onGroup = (kernel: LinuxKernel, path = GROUP): readonly number[] => {
    const fd = openSync(path, "r")
    try {
      return queryPrograms(kernel.bpf, fd, BPF_CGROUP_DEVICE).ids
    } finally {
      closeSync(fd)
    }
  }

  test("none takes one program, and none below", async () => {
    await using kernel = await openLinuxKernel()
    const { device, device_second: second } = (
      await kernel.load(object, { only: ["device", "device_second"] })
    ).programs
    await device!.attach({ kind: "cgroup", path: GROUP, by: "attach" })
    const multi = { kind: "cgroup", path: GROUP, by: "attach", flags: ["multi"] } as const
    await assert.rejects(
      second!.attach(multi),
      refusedWith("EPERM", new RegExp(`${device!.id} stands there`)),
    )
    await assert.rejects(
      second!.attach({ ...multi, path: BELOW }),
      refusedWith("EPERM", /a group above it holds a program/),
    )
    // Without flags the new one takes the old one's place.
    await second!.attach({ kind: "cgroup", path: GROUP, by: "attach" })
    assert.deepEqual(onGroup(kernel), [second!.id])
  })

  test("override lets a group below have its own", async () => {
    await using kernel = await openLinuxKernel()
    const { device, device_second: second } = (
      await kernel.load(object, { only: ["device", "device_second"] })
    ).programs
    await device!.attach({ kind: "cgroup", path: GROUP, flags: ["override"] })
    await second!.attach({ kind: "cgroup", path: BELOW, flags: ["override"] })
    assert.deepEqual(onGroup(kernel), [device!.id])
    assert.deepEqual(onGroup(kernel, BELOW), [second!.id])
  })

  test("multi takes several, of which one gives up its place by id", async () => {
    await using kernel = await openLinuxKernel()
    const { device, device_second: second } = (
      await kernel.load(object, { only: ["device", "device_second"] })
    ).programs
    const third = (await kernel.load(object, { only: ["device"] })).programs.device!
    const multi = { kind: "cgroup", path: GROUP, flags: ["multi"] } as const
    await device!.attach(multi)
    await second!.attach(multi)
    assert.deepEqual(onGroup(kernel), [device!.id, second!.id])
    await third.attach({ ...multi, replaces: device!.id })
    assert.deepEqual(onGroup(kernel), [third.id, second!.id])
    await assert.rejects(third.attach({ ...multi, replaces: 999999 }), refusedWith("ENOENT", /skep/))
  })

  test("a link takes no other's place", async () => {
    await using kernel = await openLinuxKernel()
    const { device } = (await kernel.load(object, { only: ["device"] })).programs
    const link = { kind: "cgroup", path: GROUP, by: "link" } as const
    await assert.rejects(device!.attach({ ...link, replaces: 1 }), refusedWith("EINVAL", /another's place/))
    await assert.rejects(
      device!.attach({ ...link, flags: ["override"] }),
      refusedWith("EINVAL", /neither override/),
    )
  })

  test("a section that names no hook, a folder that is no group and a path that is missing are refused", async () => {
    await using kernel = await openLinuxKernel()
    const { device, skb_anywhere: anywhere } = (
      await kernel.load(object, { only: ["device", "skb_anywhere"] })
    ).programs
    await assert.rejects(
      anywhere!.attach({ kind: "cgroup", path: GROUP }),
      refusedWith("EINVAL", /section 'cgroup\/skb' does not say/),
    )
    await assert.rejects(
      device!.attach({ kind: "cgroup", path: "/tmp" }),
      refusedWith("EBADF", /no control group/),
    )
    await assert.rejects(
      device!.attach({ kind: "cgroup", path: `${ROOT}/missing` }),
      refusedWith("ENOENT", /cgroup2 file system/),
    )
  })
})
