import type { Exhibit } from "skep"

/** An Ethernet header of a protocol, with nothing but an IP header behind. */
function packetOf(protocol: number): Uint8Array {
  const bytes = new Uint8Array(64)
  new DataView(bytes.buffer).setUint16(12, protocol)
  bytes[14] = 0x45
  return bytes
}

const notes: Exhibit = {
  title: "what a packet has beside its bytes: a key for a tunnel, a time, an owner",
  needs: ["CONFIG_XFRM"],
  // Kernel functions that tell of IPsec.
  programsSince: { "6.8": ["transform"] },
  async scenario({ world, object, eventually }) {
    const { globals, programs } = object
    const first = await programs.note!.run({ packet: packetOf(0x0800) })
    const { key, options, leaves, facts } = globals
    const read = globals.read as Record<string, number>
    await programs.note!.run({ packet: packetOf(0x88cc) })
    const { monotonic } = globals.leaves as { readonly monotonic: number }
    const here = { kind: "tc", interface: "lo" } as const
    await programs.owner!.attach({ ...here, direction: "ingress" })
    await programs.owner!.attach({ ...here, direction: "egress" })
    const server = world.socket({ type: "datagram" })
    server.bind({ address: "127.0.0.1", port: 0 })
    const client = world.socket({ type: "datagram" })
    client.send(Uint8Array.of(1), server.name())
    await eventually(() => server.receive())
    for (const socket of [client, server]) socket.close()
    await programs.transform?.run({ packet: packetOf(0x0800) })
    return {
      states: globals.states,
      owners: globals.owners,
      ...{ action: first.action, key, options, leaves, facts, ofOtherProtocol: monotonic },
      read: [read.tunnel_id, read.remote_ipv4, read.local_ipv4, read.tunnel_tos, read.tunnel_ttl],
      flags: read.tunnel_flags,
    }
  },
  expected: {
    states: { here: -2, nowhere: -22, unknown: -64, small: -22 },
    // Whoever sends; what comes in belongs to nobody yet.
    owners: [65534, 0],
    action: "TC_ACT_OK",
    key: {
      ...{ none: -22, no_options: -2, options_of_none: -22 },
      ...{ set: 0, bad_flags: -22, bad_size: -22, with_label: -22, extended: -22 },
      ...{ got: 0, of_ipv6: -71, short_size: -22, older: 0 },
      ...{ options: 0, odd_options: -22, long_options: -12, got_options: 4, small: -12, again: -2 },
    },
    options: [1, 2, 3, 4, 0, 0, 0, 0],
    leaves: { unknown: -22, without_time: -22, monotonic: 0, clock: 1, time: 5000n },
    facts: { owner: 0, task_class: 0, class: 0, realm: 0, state: -22, state_byte: 0 },
    ofOtherProtocol: -95,
    // Whoever reads a key is taken for the receiver: its ends are the other way round.
    read: [42, 0x0a000001, 0x0a000002, 4, 63],
    // In wire order: a key, options of any kind, nothing kept for later packets.
    flags: 0x04f8,
  },
  expectedBefore: { "6.8": { states: { here: 0, nowhere: 0, unknown: 0, small: 0 } } },
}

export default notes
