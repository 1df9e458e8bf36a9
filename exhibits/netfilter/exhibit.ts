import type { Exhibit } from "skep"

/** 10.1.1.2/31 and all else of 10.3.0.0/16, in network byte order. */
const LISTED = [
  { prefix: 31, address: 0x0201_010a },
  { prefix: 16, address: 0x0000_030a },
]

const firewall: Exhibit = {
  title: "a firewall on netfilter's input hook, by networks in a prefix trie",
  since: "6.4",
  setUp: world =>
    world.makePair(
      { name: "skep0", addresses: ["10.1.1.1/24"] },
      { name: "skep1", namespace: "skep", addresses: ["10.1.1.2/24", "10.1.1.5/32"] },
    ),
  attach: { firewall: { kind: "netfilter", family: "ipv4", hook: "input", priority: -10 } },
  async scenario({ world, object }) {
    const refused = object.maps.refused!
    const free = await world.ping("10.1.1.2")
    for (const network of LISTED) await refused.set(network, 0n)
    const listed = await world.ping("10.1.1.2")
    const other = await world.ping("10.1.1.5")
    const self = await world.ping("127.0.0.1")
    const counts = [await refused.get(LISTED[0]), await refused.get(LISTED[1])]
    const { hook, family, protocol } = object.globals
    return { free, listed, other, self, counts, hook, family, protocol }
  },
  expected: {
    free: true,
    listed: false,
    other: true,
    self: true,
    counts: [1n, 0n],
    hook: 1,
    family: 2,
    protocol: 1,
  },
}

export default firewall
