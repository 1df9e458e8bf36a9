import type { Exhibit } from "skep"

const FORWARD = "/proc/sys/net/ipv6/conf/all/forwarding"

const segment: Exhibit = {
  title: "a network function of segment routing (End.BPF)",
  setUp: world =>
    world.makePair(
      { name: "skep0", addresses: ["fd01::1/64"] },
      { name: "skep1", namespace: "skep", addresses: ["fd01::2/64"] },
    ),
  attach: { end_bpf: { kind: "lwt", route: "fd99::1/128", interface: "skep0", hook: "seg6local" } },
  async scenario({ world, object, eventually }) {
    const before = world.readText(FORWARD)
    world.writeText(FORWARD, "1")
    const answered = await world.inNamespace("skep", async () => {
      world.addRoute({ to: "fd99::/64", interface: "skep1", via: "fd01::1" })
      world.addRoute({ to: "fd02::/64", interface: "skep1", segments: ["fd99::1", "fd98::1"] })
      return world.ping("fd02::1")
    })
    await eventually(() => ((object.globals.seen as bigint) > 0n ? true : undefined))
    world.writeText(FORWARD, before.trim())
    const { seen, left, last, next_header: inner, tag } = object.globals
    return { answered, seen: (seen as bigint) > 0n, left, last, inner, tag }
  },
  // The second segment is nowhere: the packet ends there.
  expected: { answered: false, seen: true, left: 0, last: 1, inner: 41, tag: 0 },
}

export default segment
