import assert from "node:assert/strict"
import { closeSync, mkdirSync, openSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs"
import { after, before, describe, test } from "node:test"
import { AttachError } from "skep"
import { type LinuxKernel, openLinuxKernel, queryPrograms, type Socket } from "skep/linux"
import { programs, type Refusal } from "../tracing/style.ts"
import { hookTest, LOOPBACK, outcome, withSockets } from "./hook.ts"

const object = programs("cgroups")
const ROOT = "/sys/fs/cgroup"
const GROUP = `${ROOT}/skep`
const BELOW = `${GROUP}/below`
const BPF_CGROUP_DEVICE = 6
const [SOL_SOCKET, SO_RCVBUF] = [1, 8]

/** This process itself acts as a member of the group. */
function moveTo(group: string): void {
  writeFileSync(`${group}/cgroup.procs`, String(process.pid))
}

function makeGroup(): void {
  mkdirSync(BELOW, { recursive: true })
  moveTo(GROUP)
}

/**
 * The first lookup of an IPv6 connection makes the kernel patch its own code a moment later. On an emulated machine of
 * two CPUs that has met the code in use and crashed, so it gets that moment before the tests.
 */
async function settle(kernel: LinuxKernel): Promise<void> {
  const CLOSED_PORT = 9
  const result = withSockets(kernel, open =>
    outcome(() => open({ family: "ipv6" }).connect({ address: "::1", port: CLOSED_PORT })),
  )
  assert.equal(result, "ECONNREFUSED")
  await new Promise(resolve => setTimeout(resolve, 300))
}

function removeGroup(): void {
  moveTo(ROOT)
  rmdirSync(BELOW)
  rmdirSync(GROUP)
}

type Family = "ipv4" | "ipv6"
/** What a test does, with sockets of its own. */
type Act = (open: (family: Family | "unix", type: "stream" | "datagram") => Socket) => unknown

const bind =
  (family: Family): Act =>
  open =>
    open(family, "datagram").bind(LOOPBACK[family])

/** A listening socket and one that is connected to it. */
function connected(open: Parameters<Act>[0], family: Family): Socket {
  const server = open(family, "stream")
  server.bind(LOOPBACK[family])
  server.listen()
  const client = open(family, "stream")
  client.connect(server.name()!)
  return client
}

const datagram =
  (family: Family): Act =>
  open => {
    const server = open(family, "datagram")
    server.bind(LOOPBACK[family])
    open(family, "datagram").send(Uint8Array.of(1), server.name())
    return server.receive() ? "ok" : "lost"
  }

const UNIX_PATH = "/tmp/skep.socket"
const unix =
  (work: (server: Socket, client: Socket) => unknown, type: "stream" | "datagram" = "stream"): Act =>
  open => {
    rmSync(UNIX_PATH, { force: true })
    const server = open("unix", type)
    server.bind({ path: UNIX_PATH })
    if (type === "stream") server.listen()
    return work(server, open("unix", type))
  }

const HOOKS: readonly (readonly [type: string, program: string, act: Act, denied?: string])[] = [
  ["cgroup_skb", "skb_ingress", datagram("ipv4"), "lost"],
  ["cgroup_skb", "skb_egress", datagram("ipv4"), "EPERM"],
  ["cgroup_sock", "sock_create", open => open("ipv4", "stream"), "EPERM"],
  ["cgroup_sock", "sock_release", open => open("ipv4", "stream").close()],
  ["cgroup_sock", "post_bind4", bind("ipv4"), "EPERM"],
  ["cgroup_sock", "post_bind6", bind("ipv6"), "EPERM"],
  ["cgroup_sock_addr", "bind4", bind("ipv4"), "EPERM"],
  ["cgroup_sock_addr", "bind6", bind("ipv6"), "EPERM"],
  ["cgroup_sock_addr", "connect4", open => void connected(open, "ipv4"), "EPERM"],
  ["cgroup_sock_addr", "connect6", open => void connected(open, "ipv6"), "EPERM"],
  ["cgroup_sock_addr", "sendmsg4", datagram("ipv4"), "EPERM"],
  ["cgroup_sock_addr", "sendmsg6", datagram("ipv6"), "EPERM"],
  ["cgroup_sock_addr", "recvmsg4", datagram("ipv4")],
  ["cgroup_sock_addr", "recvmsg6", datagram("ipv6")],
  ["cgroup_sock_addr", "getpeername4", open => void connected(open, "ipv4").peerName()],
  ["cgroup_sock_addr", "getpeername6", open => void connected(open, "ipv6").peerName()],
  ["cgroup_sock_addr", "getsockname4", open => void connected(open, "ipv4").name()],
  ["cgroup_sock_addr", "getsockname6", open => void connected(open, "ipv6").name()],
  ["cgroup_sock_addr", "connect_unix", unix((_, client) => client.connect({ path: UNIX_PATH })), "EPERM"],
  [
    "cgroup_sock_addr",
    "sendmsg_unix",
    unix((_, client) => void client.send(Uint8Array.of(1), { path: UNIX_PATH }), "datagram"),
    "EPERM",
  ],
  [
    "cgroup_sock_addr",
    "recvmsg_unix",
    unix((server, client) => {
      client.bind({ path: "@skep" })
      client.send(Uint8Array.of(1), { path: UNIX_PATH })
      server.receive()
    }, "datagram"),
  ],
  [
    "cgroup_sock_addr",
    "getpeername_unix",
    unix((_, client) => {
      client.connect({ path: UNIX_PATH })
      client.peerName()
    }),
  ],
  ["cgroup_sock_addr", "getsockname_unix", unix(server => void server.name())],
  ["cgroup_device", "device", () => closeSync(openSync("/dev/zero", "r")), "EPERM"],
  ["cgroup_sysctl", "sysctl", () => void readFileSync("/proc/sys/kernel/ostype"), "EPERM"],
  [
    "cgroup_sockopt",
    "getsockopt",
    open => void open("ipv4", "stream").option(SOL_SOCKET, SO_RCVBUF),
    "EPERM",
  ],
  [
    "cgroup_sockopt",
    "setsockopt",
    open => open("ipv4", "stream").setOption(SOL_SOCKET, SO_RCVBUF, 4096),
    "EPERM",
  ],
  ["sock_ops", "sock_ops", open => void connected(open, "ipv4")],
  ["lsm", "lsm_bind", bind("ipv4"), "EPERM"],
]

const UNIX_REFUSAL: Refusal = {
  on: ["6.1"],
  errno: "EINVAL",
  reason: /of attach type cgroup_unix_\w+ need Linux 6\.7 or newer/,
}

describe("control groups", () => {
  let kernel: LinuxKernel
  before(async () => {
    kernel = await openLinuxKernel()
    makeGroup()
    await settle(kernel)
  })
  after(async () => {
    removeGroup()
    await kernel[Symbol.asyncDispose]()
  })

  const event = (act: Act): string =>
    outcome(() => withSockets(kernel, open => act((family, type) => open({ family, type }))))
  for (const [programType, program, act, denied] of HOOKS)
    for (const by of ["link", "attach"] as const)
      hookTest(programType, `cgroup ${program} by ${by}`, {
        object,
        program,
        point: () => ({ kind: "cgroup", path: GROUP, by }),
        event: () => event(act),
        ...(denied !== undefined && { denied }),
        ...(program.endsWith("_unix") && { refusal: UNIX_REFUSAL }),
      })

  test("a group above decides for those below it, and a program outside of them does not", async () => {
    const loaded = await kernel.load(object, { only: ["bind4"], globals: { deny: 1 } })
    moveTo(BELOW)
    try {
      const above = await loaded.programs.bind4!.attach({ kind: "cgroup", path: GROUP })
      assert.equal(event(bind("ipv4")), "EPERM")
      await above.detach()
      moveTo(GROUP)
      await loaded.programs.bind4!.attach({ kind: "cgroup", path: BELOW })
      assert.equal(event(bind("ipv4")), "ok")
    } finally {
      moveTo(GROUP)
      await loaded[Symbol.asyncDispose]()
    }
  })
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
