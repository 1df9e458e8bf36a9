import type { Exhibit } from "skep"

const ICMP = 1
/** Link-layer header, IPv4, ICMP, and what ping sends. */
const FRAME = 14n + 20n + 8n + 56n

const firewall: Exhibit = {
  title: "a firewall in the driver that counts packets by protocol and drops what a map blocks",
  setUp: world =>
    world.makePair(
      { name: "skep0", addresses: ["10.1.1.1/24"] },
      { name: "skep1", namespace: "skep", addresses: ["10.1.1.2/24"] },
    ),
  attach: { firewall: { kind: "xdp", interface: "skep0", mode: "native" } },
  async scenario({ world, object }) {
    const { seen, blocked } = object.maps
    const open = await world.ping("10.1.1.2")
    await blocked!.set(ICMP, 0n)
    const shut = [await world.ping("10.1.1.2"), await world.inNamespace("skep", () => world.ping("10.1.1.1"))]
    const drops = await blocked!.get(ICMP)
    await blocked!.delete(ICMP)
    const again = await world.ping("10.1.1.2")
    return { open, shut, drops, again, counts: await seen!.get(ICMP) }
  },
  expected: {
    open: true,
    shut: [false, false],
    drops: 2n,
    again: true,
    counts: { packets: 4n, bytes: 4n * FRAME },
  },
}

export default firewall
