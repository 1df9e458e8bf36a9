import assert from "node:assert/strict"
import { outcome, type SocketOptions, type World, type WorldSocket } from "skep"
import { hookStyle } from "./hook-style.ts"
import { LOOPBACK, withSockets } from "./sockets-of.ts"
import type { AttachStyle, Refusal, Scene, StyleGroup } from "./style.ts"

const GROUP = "/sys/fs/cgroup/skep"
const [SOL_SOCKET, SO_RCVBUF] = [1, 8]
const UNIX_PATH = "/tmp/skep.socket"

type Family = "ipv4" | "ipv6"
type Open = (family: Family | "unix", type: "stream" | "datagram") => WorldSocket
/** What a member of the group does, with sockets of its own: nothing, or a word for what came of it. */
type Act = (open: Open, world: World) => unknown

const bind =
  (family: Family): Act =>
  open =>
    open(family, "datagram").bind(LOOPBACK[family])

/** A listening socket and one that is connected to it. */
function connected(open: Open, family: Family): WorldSocket {
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
    work(server, open("unix", type))
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
    unix((_, client) => client.send(Uint8Array.of(1), { path: UNIX_PATH }), "datagram"),
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
  ["cgroup_sock_addr", "getsockname_unix", unix(server => server.name())],
  ["cgroup_device", "device", (_, world) => world.open("/dev/zero"), "EPERM"],
  ["cgroup_sysctl", "sysctl", (_, world) => void world.readText("/proc/sys/kernel/ostype"), "EPERM"],
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

/** "ok", or what came of it instead: what it says itself, or the errno of what it throws. */
function perform({ world }: Scene, act: Act): Promise<string> {
  return withSockets(world, open => {
    let said: unknown
    const result = outcome(() => {
      said = act((family, type) => open({ family, type } satisfies SocketOptions), world)
    })
    return result === "ok" && typeof said === "string" ? said : result
  })
}

/**
 * The first lookup of an IPv6 connection makes the kernel patch its own code a moment later. On an emulated machine of
 * two CPUs that has met the code in use and crashed, so it gets that moment before the tests.
 */
async function settle({ world }: Scene): Promise<void> {
  const CLOSED_PORT = 9
  const result = await withSockets(world, open =>
    outcome(() => open({ family: "ipv6" }).connect({ address: "::1", port: CLOSED_PORT })),
  )
  assert.equal(result, "ECONNREFUSED")
  await world.sleep(300)
}

export const CONTROL_GROUPS: StyleGroup = {
  title: "control groups",
  async prepare(scene) {
    scene.world.makeGroup("skep")
    await settle(scene)
  },
  styles: HOOKS.flatMap(([programType, program, act, denied]): AttachStyle[] =>
    (["link", "attach"] as const).map(by =>
      hookStyle(programType, `cgroup ${program} by ${by}`, {
        object: "cgroups",
        program,
        point: { kind: "cgroup", path: GROUP, by },
        event: scene => scene.world.inGroup(GROUP, () => perform(scene, act)),
        // The root group stands above: what its members do is no business of this one's programs.
        beside: scene => perform(scene, act),
        denied,
        refusal: program.endsWith("_unix") ? UNIX_REFUSAL : undefined,
      }),
    ),
  ),
}
