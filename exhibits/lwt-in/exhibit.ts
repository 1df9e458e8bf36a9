import type { Exhibit } from "skep"

const FORWARD = "/proc/sys/net/ipv4/ip_forward"

const admit: Exhibit = {
  title: "a router's route whose program sees what comes in for a network behind it",
  setUp(world) {
    world.makePair(
      { name: "skep0", addresses: ["10.1.1.1/24"] },
      { name: "skep1", namespace: "skep-a", addresses: ["10.1.1.2/24"] },
    )
    world.makePair(
      { name: "skep2", addresses: ["10.2.2.1/24"] },
      { name: "skep3", namespace: "skep-b", addresses: ["10.2.2.2/24", "10.9.7.1/32"] },
    )
  },
  attach: { admit: { kind: "lwt", route: "10.9.7.0/24", interface: "skep2", hook: "in" } },
  async scenario({ world, object }) {
    await world.inNamespace("skep-a", () => {
      world.addRoute({ to: "10.9.7.0/24", interface: "skep1", via: "10.1.1.1" })
      world.addRoute({ to: "10.2.2.0/24", interface: "skep1", via: "10.1.1.1" })
    })
    await world.inNamespace("skep-b", () =>
      world.addRoute({ to: "10.1.1.0/24", interface: "skep3", via: "10.2.2.1" }),
    )
    const before = world.readText(FORWARD)
    const ping = () => world.inNamespace("skep-a", () => world.ping("10.9.7.1"))
    world.writeText(FORWARD, "0")
    const unrouted = await ping()
    world.writeText(FORWARD, "1")
    const routed = await ping()
    const beside = await world.inNamespace("skep-a", () => world.ping("10.2.2.2"))
    world.writeText(FORWARD, before.trim())
    const { seen, refused, ttl, interface: isThere } = object.globals
    return { unrouted, routed, beside, sawBoth: (seen as bigint) >= 1n, refused, ttl, isThere }
  },
  expected: { unrouted: false, routed: true, beside: true, sawBoth: true, refused: 0n, ttl: 64, isThere: 1 },
}

export default admit
