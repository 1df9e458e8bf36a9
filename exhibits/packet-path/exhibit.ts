import type { AttachPoint, Exhibit } from "skep"

const GROUP = "/sys/fs/cgroup/skep-path"
const PORT = 4001
const SERVER_PORT = 4002

/** What programs note, from 1 on (enum step). */
const STEPS = [
  ...["cgroup sock_create", "cgroup bind4", "cgroup post_bind4", "cgroup sendmsg4"],
  ...["netfilter output", "lwt_out", "netfilter postrouting", "cgroup_skb egress", "lwt_xmit"],
  ...["tcx egress", "tc egress"],
  ...["xdp", "tcx ingress", "tc ingress", "netfilter prerouting", "netfilter input", "sk_lookup"],
  ...["cgroup_skb ingress", "socket filter", "cgroup recvmsg4", "cgroup sock_release"],
]

const HERE: AttachPoint = { kind: "cgroup", path: GROUP }
const DEVICE = { interface: "skep0" } as const
const hook = (name: "prerouting" | "input" | "output" | "postrouting"): AttachPoint => ({
  kind: "netfilter",
  family: "ipv4",
  hook: name,
  priority: 7,
})

const NEWER = ["tcx_egress", "tcx_ingress", "nf_output", "nf_postrouting", "nf_prerouting", "nf_input"]
const OLDER = [
  ...["sock_create", "bind", "post_bind", "sendmsg", "recvmsg", "sock_release"],
  ...["group_egress", "group_ingress", "route_out", "route_xmit"],
  ...["tc_egress", "tc_ingress", "lookup", "driver", "socket_filter"],
]

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
  },
  attach: {
    ...{ sock_create: HERE, bind: HERE, post_bind: HERE, sendmsg: HERE, recvmsg: HERE, sock_release: HERE },
    ...{ group_egress: HERE, group_ingress: HERE },
    route_out: { kind: "lwt", route: "10.9.9.0/24", hook: "out", ...DEVICE },
    route_xmit: { kind: "lwt", route: "10.9.8.0/24", hook: "xmit", ...DEVICE },
    tc_egress: { kind: "tc", direction: "egress", ...DEVICE },
    tc_ingress: { kind: "tc", direction: "ingress", ...DEVICE },
    tcx_egress: { kind: "tcx", direction: "egress", ...DEVICE },
    tcx_ingress: { kind: "tcx", direction: "ingress", ...DEVICE },
    driver: { kind: "xdp", mode: "native", ...DEVICE },
    lookup: { kind: "netns" },
    nf_output: hook("output"),
    nf_postrouting: hook("postrouting"),
    nf_prerouting: hook("prerouting"),
    nf_input: hook("input"),
  },
  async scenario({ world, object, eventually }) {
    /** What was noted since the last time. */
    const noted = (): string[] => {
      const { steps, trail } = object.globals as { steps: number; trail: number[] }
      object.globals.steps = 0
      return [...trail].slice(0, steps).map(step => STEPS[step - 1] ?? `step ${step}`)
    }
    const server = await world.inNamespace("skep", () => {
      const socket = world.socket({ type: "datagram" })
      socket.bind({ address: "0.0.0.0", port: SERVER_PORT })
      return socket
    })
    const client = await world.inGroup(GROUP, () => {
      const socket = world.socket({ type: "datagram" })
      socket.bind({ address: "10.1.1.1", port: PORT })
      return socket
    })
    const made = noted()
    const filter = await object.programs.socket_filter!.attach({ kind: "socket", fd: client.fd })
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
    await filter.detach()
    client.close()
    return { made, sent, sentOver, answer: answer?.bytes[0], received, closed: noted() }
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
    received: [
      ...["xdp", "tcx ingress", "tc ingress", "netfilter prerouting", "netfilter input", "sk_lookup"],
      ...["cgroup_skb ingress", "socket filter", "cgroup recvmsg4"],
    ],
    closed: ["cgroup sock_release"],
  },
  expectedBefore: {
    "6.6": {
      sent: ["cgroup sendmsg4", "lwt_out", "cgroup_skb egress", "tc egress"],
      sentOver: ["cgroup sendmsg4", "cgroup_skb egress", "lwt_xmit", "tc egress"],
      received: [
        ...["xdp", "tc ingress", "sk_lookup", "cgroup_skb ingress", "socket filter", "cgroup recvmsg4"],
      ],
    },
  },
}

export default path
