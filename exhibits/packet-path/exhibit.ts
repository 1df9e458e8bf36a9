import type { AttachPoint, Exhibit, ExhibitContext, World, WorldSocket } from "skep"

const GROUP = "/sys/fs/cgroup/skep-path"
const PORT = 4001
const SERVER_PORT = 4002
const [SOL_SOCKET, SO_REUSEPORT] = [1, 15]
const FORWARD = "/proc/sys/net/ipv4/ip_forward"

/** The hook of each program; they note its place in this list, from 1 on (enum step). */
export const HOOKS: Readonly<Record<string, string>> = {
  sock_create: "cgroup sock_create",
  bind: "cgroup bind4",
  post_bind: "cgroup post_bind4",
  sendmsg: "cgroup sendmsg4",
  nf_output: "netfilter output",
  route_out: "lwt_out",
  nf_postrouting: "netfilter postrouting",
  group_egress: "cgroup_skb egress",
  route_xmit: "lwt_xmit",
  tcx_egress: "tcx egress",
  tc_egress: "tc egress",
  driver: "xdp",
  tcx_ingress: "tcx ingress",
  tc_ingress: "tc ingress",
  nf_prerouting: "netfilter prerouting",
  nf_input: "netfilter input",
  lookup: "sk_lookup",
  group_ingress: "cgroup_skb ingress",
  socket_filter: "socket filter",
  recvmsg: "cgroup recvmsg4",
  sock_release: "cgroup sock_release",
  dissect: "flow dissector",
  route_in: "lwt_in",
  nf_forward: "netfilter forward",
  choose: "sk_reuseport",
  verdict: "sk_skb verdict",
}
const STEPS = Object.values(HOOKS)

const HERE: AttachPoint = { kind: "cgroup", path: GROUP }
const DEVICE = { interface: "skep0" } as const
const hook = (name: "prerouting" | "input" | "forward" | "output" | "postrouting"): AttachPoint => ({
  kind: "netfilter",
  family: "ipv4",
  hook: name,
  priority: 7,
})

const NEWER = [
  ...["tcx_egress", "tcx_ingress"],
  ...["nf_output", "nf_postrouting", "nf_prerouting", "nf_input", "nf_forward"],
]
const OLDER = [
  ...["sock_create", "bind", "post_bind", "sendmsg", "recvmsg", "sock_release"],
  ...["group_egress", "group_ingress", "route_in", "route_out", "route_xmit"],
  ...["tc_egress", "tc_ingress", "dissect", "lookup", "driver", "choose", "verdict", "socket_filter"],
]

/** The way of a datagram to its socket. */
const ARRIVED = [
  ...["xdp", "tcx ingress", "tc ingress", "flow dissector", "netfilter prerouting", "netfilter input"],
  ...["sk_reuseport", "sk_lookup", "cgroup_skb ingress", "socket filter"],
]
const ARRIVED_BEFORE = ARRIVED.filter(step => !step.startsWith("tcx") && !step.startsWith("netfilter"))

const path: Exhibit = {
  title: "a program on every hook of a datagram's way out and in, and the order in which they see it",
  programs: [...OLDER, ...NEWER],
  programsBefore: { "6.6": OLDER },
  setUp(world) {
    world.makeGroup("skep-path")
    world.makePair(
      { name: "skep0", addresses: ["10.1.1.1/24"] },
      { name: "skep1", namespace: "skep", addresses: ["10.1.1.2/24", "10.9.8.1/32", "10.9.9.1/32"] },
    )
    world.makePair(
      { name: "skep2", addresses: ["10.2.2.1/24"] },
      { name: "skep3", namespace: "skep-behind", addresses: ["10.2.2.2/24", "10.9.7.1/32"] },
    )
  },
  attach: {
    ...{ sock_create: HERE, bind: HERE, post_bind: HERE, sendmsg: HERE, recvmsg: HERE, sock_release: HERE },
    ...{ group_egress: HERE, group_ingress: HERE },
    route_in: { kind: "lwt", route: "10.9.7.0/24", hook: "in", interface: "skep2" },
    route_out: { kind: "lwt", route: "10.9.9.0/24", hook: "out", ...DEVICE },
    route_xmit: { kind: "lwt", route: "10.9.8.0/24", hook: "xmit", ...DEVICE },
    tc_egress: { kind: "tc", direction: "egress", ...DEVICE },
    tc_ingress: { kind: "tc", direction: "ingress", ...DEVICE },
    tcx_egress: { kind: "tcx", direction: "egress", ...DEVICE },
    tcx_ingress: { kind: "tcx", direction: "ingress", ...DEVICE },
    driver: { kind: "xdp", mode: "native", ...DEVICE },
    dissect: { kind: "netns" },
    lookup: { kind: "netns" },
    verdict: ({ object }) => ({ kind: "sockmap", map: object.maps.served?.id ?? 0, by: "attach" }),
    nf_output: hook("output"),
    nf_postrouting: hook("postrouting"),
    nf_prerouting: hook("prerouting"),
    nf_input: hook("input"),
    nf_forward: hook("forward"),
  },
  async scenario({ world, object, eventually }) {
    /** What was noted since the last time. */
    const noted = (): string[] => {
      const { steps, trail } = object.globals as { steps: number; trail: number[] }
      object.globals.steps = 0
      return [...trail].slice(0, steps).map(step => STEPS[step - 1] ?? `step ${step}`)
    }
    const serverIn = (namespace: string) =>
      world.inNamespace(namespace, () => {
        const socket = world.socket({ type: "datagram" })
        socket.bind({ address: "0.0.0.0", port: SERVER_PORT })
        return socket
      })
    const server = await serverIn("skep")
    const behind = await serverIn("skep-behind")
    const client = await world.inGroup(GROUP, () => {
      const socket = world.socket({ type: "datagram" })
      socket.setOption(SOL_SOCKET, SO_REUSEPORT, 1)
      socket.bind({ address: "10.1.1.1", port: PORT })
      return socket
    })
    const made = noted()
    const filter = await object.programs.socket_filter!.attach({ kind: "socket", fd: client.fd })
    const choice = await object.programs.choose!.attach({ kind: "socket", fd: client.fd, reuseport: true })
    const sent = await world.inGroup(GROUP, async () => {
      client.send(Uint8Array.of(1), { address: "10.9.9.1", port: SERVER_PORT })
      await eventually(() => server.receive())
      return noted()
    })
    await world.inGroup(GROUP, () => {
      client.send(Uint8Array.of(2), { address: "10.9.8.1", port: SERVER_PORT })
    })
    const second = await eventually(() => server.receive())
    const sentOver = noted()
    if (second?.from) server.send(Uint8Array.of(3), second.from)
    const answer = await world.inGroup(GROUP, () => eventually(() => client.receive()))
    const received = noted()
    await object.maps.served?.set(0, BigInt(client.fd))
    if (second?.from) server.send(Uint8Array.of(4), second.from)
    const next = await world.inGroup(GROUP, () => eventually(() => client.receive()))
    const served = noted()
    const through = await passThrough(world, behind, eventually)
    const forwarded = noted()
    await filter.detach()
    await choice.detach()
    client.close()
    return {
      ...{ made, sent, sentOver, answer: answer?.bytes[0], received, next: next?.bytes[0], served },
      ...{ through, forwarded, closed: noted() },
    }
  },
  expected: {
    made: ["cgroup sock_create", "cgroup bind4", "cgroup post_bind4"],
    sent: [
      ...["cgroup sendmsg4", "netfilter output", "lwt_out", "netfilter postrouting"],
      ...["cgroup_skb egress", "tcx egress", "tc egress"],
    ],
    sentOver: [
      ...["cgroup sendmsg4", "netfilter output", "netfilter postrouting"],
      ...["cgroup_skb egress", "lwt_xmit", "tcx egress", "tc egress"],
    ],
    answer: 3,
    received: [...ARRIVED, "cgroup recvmsg4"],
    next: 4,
    // The program has the datagram before the socket does; who sent it is not asked then.
    served: [...ARRIVED, "sk_skb verdict"],
    through: 5,
    forwarded: [
      ...["xdp", "tcx ingress", "tc ingress", "flow dissector", "netfilter prerouting", "lwt_in"],
      ...["netfilter forward", "netfilter postrouting"],
    ],
    closed: ["cgroup sock_release"],
  },
  expectedBefore: {
    "6.6": {
      sent: ["cgroup sendmsg4", "lwt_out", "cgroup_skb egress", "tc egress"],
      sentOver: ["cgroup sendmsg4", "cgroup_skb egress", "lwt_xmit", "tc egress"],
      received: [...ARRIVED_BEFORE, "cgroup recvmsg4"],
      served: [...ARRIVED_BEFORE, "sk_skb verdict"],
      forwarded: ["xdp", "tc ingress", "flow dissector", "lwt_in"],
    },
  },
}

/** A datagram from one network to the other: what comes of it there. */
async function passThrough(
  world: World,
  behind: WorldSocket,
  eventually: ExhibitContext["eventually"],
): Promise<number | undefined> {
  const before = world.readText(FORWARD)
  world.writeText(FORWARD, "1")
  await world.inNamespace("skep", () => {
    world.addRoute({ to: "10.9.7.0/24", interface: "skep1", via: "10.1.1.1" })
    const socket = world.socket({ type: "datagram" })
    socket.bind({ address: "10.1.1.2", port: PORT })
    socket.send(Uint8Array.of(5), { address: "10.9.7.1", port: SERVER_PORT })
  })
  const received = await eventually(() => behind.receive())
  world.writeText(FORWARD, before.trim())
  return received?.bytes[0]
}

export default path
