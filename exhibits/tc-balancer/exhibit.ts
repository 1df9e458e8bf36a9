import type { Exhibit } from "skep"

/** Addresses as programs see them in a packet: in network byte order. */
const VIRTUAL = 0x0a01_010a
const BACKENDS = [0x0201_010a, 0x0301_010a]

const balancer: Exhibit = {
  title: "a stateless balancer for echo requests in two classifiers of traffic control",
  globals: { virtual_address: VIRTUAL, backends: BACKENDS },
  setUp: world =>
    world.makePair(
      { name: "skep0", addresses: ["10.1.1.1/24"] },
      { name: "skep1", namespace: "skep", addresses: ["10.1.1.2/24", "10.1.1.3/24", "10.1.1.10/24"] },
    ),
  attach: {
    balance: { kind: "tc", interface: "skep0", direction: "egress" },
    restore: { kind: "tc", interface: "skep0", direction: "ingress" },
  },
  async scenario({ world, object }) {
    const answers: boolean[] = []
    for (let turn = 0; turn < 5; turn++) answers.push(await world.ping("10.1.1.10"))
    const { sent, answered } = object.globals
    return { answers, sent, answered }
  },
  expected: { answers: [true, true, true, true, true], sent: [3n, 2n], answered: 5n },
}

export default balancer
