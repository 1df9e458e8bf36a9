import type { Exhibit } from "skep"

const [ICMP, UDP] = [1, 17]

/** Another program stands in for a function of one that is loaded already. */
const freplace: Exhibit = {
  title: "a packet filter whose decision is a plugin",
  programs: ["filter"],
  async scenario({ kernel, object }) {
    const { filter } = object.programs
    if (!filter) throw new Error("the filter is not loaded")
    const verdicts = async (): Promise<unknown[]> => [
      (await filter.run({ packet: packetOf(ICMP) })).action,
      (await filter.run({ packet: packetOf(UDP) })).action,
    ]
    const before = await verdicts()
    const plugin = await kernel.load(object.spec, {
      only: ["no_ping"],
      targets: { no_ping: { program: filter, function: "decide" } },
    })
    const loaded = await verdicts()
    const link = await plugin.programs.no_ping?.attach({ kind: "trace" })
    const attached = await verdicts()
    await link?.detach()
    const { asked } = plugin.globals
    await plugin[Symbol.asyncDispose]()
    return { before, loaded, attached, detached: await verdicts(), asked }
  },
  expected: {
    before: ["XDP_PASS", "XDP_PASS"],
    loaded: ["XDP_PASS", "XDP_PASS"],
    attached: ["XDP_DROP", "XDP_PASS"],
    detached: ["XDP_PASS", "XDP_PASS"],
    asked: 2,
  },
}

/** An IPv4 packet without anything in it. */
function packetOf(protocol: number): Uint8Array {
  const packet = new Uint8Array(64)
  packet.set([0x08, 0x00, 0x45], 12)
  packet[23] = protocol
  return packet
}

export default freplace
