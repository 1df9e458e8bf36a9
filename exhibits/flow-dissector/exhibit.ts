import type { Exhibit } from "skep"

const dissector: Exhibit = {
  title: "a flow dissector that tells the kernel what flow a packet is of",
  setUp: world =>
    world.makePair(
      { name: "skep0", addresses: ["10.1.1.1/24"] },
      { name: "skep1", namespace: "skep", addresses: ["10.1.1.2/24"] },
    ),
  attach: {
    dissect: { kind: "netns" },
    hash: { kind: "tc", interface: "skep0", direction: "ingress" },
  },
  async scenario({ world, object }) {
    const answers = [await world.ping("10.1.1.2"), await world.ping("10.1.1.2")]
    const { dissected, address_type: type, protocol, source, target, ...rest } = object.globals
    return {
      answers,
      dissected: (dissected as bigint) >= 2n,
      ...{ type, protocol, source, target },
      header: rest.transport_offset,
      // Of one flow: without ports it is the addresses that count.
      sameHash: rest.hashes_equal,
    }
  },
  expected: {
    answers: [true, true],
    dissected: true,
    type: 0x0800,
    protocol: 1,
    source: 0x0201_010a,
    target: 0x0101_010a,
    header: 20,
    sameHash: 1,
  },
}

export default dissector
