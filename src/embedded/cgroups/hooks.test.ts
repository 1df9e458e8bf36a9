import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { outcome, type SocketAddress, type WorldSocket } from "../../kernel/index.ts"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import type { EmbeddedWorld } from "../world/world.ts"

// The same programs run on real kernels: test/kernel/suite/network/cgroups.ts.
const bytes = readFileSync(new URL("../../../test/kernel/programs/cgroups.bpf.o", import.meta.url))
const object = readObject(bytes, { name: "cgroups" })

type Family = "ipv4" | "ipv6"
const LOOPBACK: Readonly<Record<Family, SocketAddress>> = {
  ipv4: { address: "127.0.0.1", port: 0 },
  ipv6: { address: "::1", port: 0 },
}
const [SOL_SOCKET, SO_RCVBUF] = [1, 8]
const UNIX_PATH = "/tmp/skep.socket"

/** What happens in the group; sockets are closed behind it. */
type Act = (
  open: (family: Family | "unix", type: "stream" | "datagram") => WorldSocket,
  world: EmbeddedWorld,
) => unknown

const bind =
  (family: Family): Act =>
  open =>
    open(family, "datagram").bind(LOOPBACK[family])

function connected(open: Parameters<Act>[0], family: Family): WorldSocket {
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

const unix =
  (
    work: (server: WorldSocket, client: WorldSocket) => unknown,
    type: "stream" | "datagram" = "stream",
  ): Act =>
  (open, world) => {
    outcome(() => world.unlink(UNIX_PATH))
    const server = open("unix", type)
    server.bind({ path: UNIX_PATH })
    if (type === "stream") server.listen()
    return work(server, open("unix", type))
  }

const HOOKS: readonly (readonly [program: string, act: Act, denied?: string])[] = [
  ["skb_ingress", datagram("ipv4"), "lost"],
  ["skb_egress", datagram("ipv4"), "EPERM"],
  ["sock_create", open => open("ipv4", "stream"), "EPERM"],
  ["sock_release", open => open("ipv4", "stream").close()],
  ["post_bind4", bind("ipv4"), "EPERM"],
  ["post_bind6", bind("ipv6"), "EPERM"],
  ["bind4", bind("ipv4"), "EPERM"],
  ["bind6", bind("ipv6"), "EPERM"],
  ["connect4", open => void connected(open, "ipv4"), "EPERM"],
  ["connect6", open => void connected(open, "ipv6"), "EPERM"],
  ["sendmsg4", datagram("ipv4"), "EPERM"],
  ["sendmsg6", datagram("ipv6"), "EPERM"],
  ["recvmsg4", datagram("ipv4")],
  ["recvmsg6", datagram("ipv6")],
  ["getpeername4", open => void connected(open, "ipv4").peerName()],
  ["getpeername6", open => void connected(open, "ipv6").peerName()],
  ["getsockname4", open => void connected(open, "ipv4").name()],
  ["getsockname6", open => void connected(open, "ipv6").name()],
  ["connect_unix", unix((_, client) => client.connect({ path: UNIX_PATH })), "EPERM"],
  [
    "sendmsg_unix",
    unix((_, client) => void client.send(Uint8Array.of(1), { path: UNIX_PATH }), "datagram"),
    "EPERM",
  ],
  [
    "recvmsg_unix",
    unix((server, client) => {
      client.bind({ path: "@skep" })
      client.send(Uint8Array.of(1), { path: UNIX_PATH })
      server.receive()
    }, "datagram"),
  ],
  [
    "getpeername_unix",
    unix((_, client) => {
      client.connect({ path: UNIX_PATH })
      client.peerName()
    }),
  ],
  ["getsockname_unix", unix(server => void server.name())],
  ["device", (_, world) => world.open("/dev/zero"), "EPERM"],
  ["sysctl", (_, world) => void world.readText("/proc/sys/kernel/ostype"), "EPERM"],
  ["getsockopt", open => void open("ipv4", "stream").option(SOL_SOCKET, SO_RCVBUF), "EPERM"],
  ["setsockopt", open => open("ipv4", "stream").setOption(SOL_SOCKET, SO_RCVBUF, 4096), "EPERM"],
  ["sock_ops", open => void connected(open, "ipv4")],
  ["lsm_bind", bind("ipv4"), "EPERM"],
]

describe.each(["6.1", "6.12"])("hooks of control groups on %s", release => {
  const event = (world: EmbeddedWorld, act: Act): string => {
    const opened: WorldSocket[] = []
    let result: unknown
    const thrown = outcome(() => {
      result = act((family, type) => {
        const socket = world.socket({ family, type })
        opened.push(socket)
        return socket
      }, world)
    })
    for (const socket of opened) socket.close()
    return typeof result === "string" ? result : thrown
  }

  let kernel: EmbeddedKernel
  let path: string
  beforeAll(async () => {
    kernel = new EmbeddedKernel(await loadBuiltinProfile(release))
    path = kernel.world.makeGroup("skep")
  })
  afterAll(async () => {
    await kernel.world[Symbol.asyncDispose]()
    await kernel[Symbol.asyncDispose]()
  })
  const inGroup = (act: Act) => kernel.world.inGroup(path, () => event(kernel.world, act))

  test.each(HOOKS.map(([program, act, denied]) => ({ program, act, denied })))(
    "$program sees and decides, for the group and no other",
    async ({ program, act, denied }) => {
      if (program.endsWith("_unix") && !kernel.since("6.7")) {
        await expect(kernel.load(object, { only: [program] })).rejects.toMatchObject({
          errno: "EINVAL",
          hint: expect.stringContaining("need Linux 6.7 or newer"),
        })
        return
      }
      for (const by of ["link", "attach"] as const) {
        await using loaded = await kernel.load(object, { only: [program] })
        const link = await loaded.programs[program]!.attach({ kind: "cgroup", path, by })
        expect(event(kernel.world, act)).toBe("ok")
        expect(loaded.programs[program]!.runs).toBe(0)
        expect(await inGroup(act)).toBe("ok")
        const { runs } = loaded.programs[program]!
        expect(runs).toBeGreaterThan(0)
        await link.detach()
        expect(await inGroup(act)).toBe("ok")
        expect(loaded.programs[program]!.runs).toBe(runs)
      }
      if (denied === undefined) return
      await using loaded = await kernel.load(object, { only: [program], globals: { deny: 1 } })
      const link = await loaded.programs[program]!.attach({ kind: "cgroup", path })
      expect(await inGroup(act)).toBe(denied)
      expect(event(kernel.world, act)).toBe("ok")
      await link.detach()
      expect(await inGroup(act)).toBe("ok")
    },
  )

  test("what sockets and their programs took is given back", async () => {
    const only = HOOKS.map(([program]) => program).filter(
      name => kernel.since("6.7") || !name.endsWith("_unix"),
    )
    const round = async () => {
      await using loaded = await kernel.load(object, { only })
      for (const name of only) await loaded.programs[name]!.attach({ kind: "cgroup", path })
      for (const [, act] of HOOKS) await inGroup(act)
    }
    await round()
    const { used } = kernel.memory.kernel
    await round()
    expect(kernel.memory.kernel.used).toBe(used)
  })
})
