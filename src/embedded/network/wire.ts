import { errnoNumber, SystemCallError } from "../../base/index.ts"
import type { Wire, WireOptions } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { ETH_P_ALL, ETHERNET_HEADER } from "./headers.ts"
import { PACKET, Skb } from "./skb.ts"
import { transmitPacket } from "./transmit.ts"

/** The other end, in a namespace of its own. */
const FAR_END = "far"

/** A veth device whose other end is listened to, and sends what it is told. */
export function makeWire(
  kernel: KernelCore,
  { name, addresses }: WireOptions,
): { readonly wire: Wire; readonly remove: () => void } {
  const { network } = kernel
  const removePair = network.makePair(
    { name, addresses },
    { name: FAR_END, namespace: `wire-${name}`, addresses: [] },
  )
  const near = network.current.device(name)
  const far = near?.peer
  if (!near || !far) throw new Error("BUG: a pair without its ends")
  near.hasNeighbours = false
  const frames: Uint8Array[] = []
  const removeTap = network.taps.add({
    namespace: far.namespace,
    device: far,
    protocol: ETH_P_ALL,
    withHeader: true,
    receive({ bytes, packetType }) {
      if (packetType !== PACKET.outgoing) frames.push(bytes)
    },
  })
  const wire: Wire = {
    index: near.index,
    mac: near.mac,
    send(frame) {
      if (frame.length < ETHERNET_HEADER) throw new SystemCallError("sendto", errnoNumber("EINVAL"))
      const skb = new Skb(kernel, far, frame, ETHERNET_HEADER)
      skb.protocol = (frame[12]! << 8) | frame[13]!
      transmitPacket(kernel, skb)
    },
    receive: async () => frames.shift(),
  }
  return {
    wire,
    remove() {
      removeTap()
      removePair()
    },
  }
}
