import type { Exhibit } from "skep"

/** An echo request of IPv4 as ping sends it: IP and ICMP headers, 56 bytes of data. */
const REQUEST = 20 + 8 + 56

const quota: Exhibit = {
  title: "routes with programs: one counts what goes out, one enforces a quota",
  globals: { quota: BigInt(2 * REQUEST) },
  setUp: world =>
    world.makePair(
      { name: "skep0", addresses: ["10.1.1.1/24"] },
      { name: "skep1", namespace: "skep", addresses: ["10.1.1.2/24", "10.9.8.1/32", "10.9.9.1/32"] },
    ),
  attach: {
    count: { kind: "lwt", route: "10.9.8.0/24", interface: "skep0", hook: "out" },
    limit: { kind: "lwt", route: "10.9.9.0/24", interface: "skep0", hook: "xmit" },
  },
  async scenario({ world, object }) {
    const counted = [await world.ping("10.9.8.1"), await world.ping("10.9.8.1")]
    const limited: boolean[] = []
    for (let turn = 0; turn < 3; turn++) limited.push(await world.ping("10.9.9.1"))
    const beside = await world.ping("10.1.1.2")
    const { packets, bytes, refused, last_destination: last } = object.globals
    return { counted, limited, beside, packets, bytes, refused, last }
  },
  expected: {
    counted: [true, true],
    limited: [true, true, false],
    beside: true,
    packets: 2n,
    bytes: BigInt(2 * REQUEST),
    refused: 1n,
    last: 0x0108_090a,
  },
}

export default quota
