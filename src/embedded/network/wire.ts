import { errnoNumber, SystemCallError } from "../../base/index.ts"
import type { Wire, WireOptions } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { TAG_BYTES } from "../packets/index.ts"
import type { NetDevice } from "./device.ts"
import { ETH_P_ALL, ETHERNET_HEADER } from "./headers.ts"
import { PACKET, Skb } from "./skb.ts"
import { transmitPacket } from "./transmit.ts"
import { withTag } from "./vlan.ts"
import { BurstRing, runsInBursts } from "./xdp/burst.ts"
import { takesPieces } from "./xdp/veth-mtu.ts"

const ETH_P_8021Q = 0x8100
const ON_THE_WAY = {
  functions: ["__dev_queue_xmit", "dev_hard_start_xmit", "veth_xmit"],
  tracepoints: ["net_dev_queue"],
}

/** The other end, in a namespace of its own. */
const FAR_END = "far"

export interface EmbeddedWireOptions extends WireOptions {
  /** What XDP sends back comes out too, as of a network card; of a veth device it does while both ends run programs. */
  readonly takesFrames?: boolean
}

/** A veth device whose other end is listened to, and sends what it is told. */
export function makeWire(
  kernel: KernelCore,
  { name, addresses, mac, mtu, takesFrames = false }: EmbeddedWireOptions,
): { readonly wire: Wire; readonly remove: () => void } {
  const { network } = kernel
  const removePair = network.makePair(
    { name, addresses, ...(mac !== undefined && { mac }), ...(mtu !== undefined && { mtu }) },
    { name: FAR_END, namespace: `wire-${name}`, addresses: [], ...(mtu !== undefined && { mtu }) },
  )
  const near = network.current.device(name)
  const far = near?.peer
  if (!near || !far) throw new Error("BUG: a pair without its ends")
  near.hasNeighbours = false
  far.polls = takesFrames
  const frames: Uint8Array[] = []
  const removeTap = network.taps.add({
    namespace: far.namespace,
    device: far,
    protocol: ETH_P_ALL,
    withHeader: true,
    receive({ bytes, packetType, tag }) {
      if (packetType === PACKET.outgoing) return
      frames.push(tag && takesFrames ? withTag(bytes, tag) : bytes)
    },
  })
  const wire: Wire = {
    index: near.index,
    mac: near.mac,
    send(frame) {
      const skb = new Skb(kernel, far, checked(frame, far.mtu), ETHERNET_HEADER)
      skb.protocol = (frame[12]! << 8) | frame[13]!
      transmitPacket(kernel, skb)
    },
    sendAll(burst) {
      const attachment = near.xdp.native
      if (!attachment || !isUnseen(kernel, far) || !runsInBursts(attachment) || takesPieces(attachment)) {
        for (const frame of burst) wire.send(frame)
        return
      }
      const ring = new BurstRing(kernel, near, attachment)
      try {
        network.inBottomHalf(() => {
          for (const frame of burst) ring.add(checked(frame, far.mtu))
          ring.flush()
        })
      } finally {
        ring.close()
      }
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

/** A packet socket refuses what is no frame, and what is too long for its device. */
function checked(frame: Uint8Array, mtu: number): Uint8Array {
  if (frame.length < ETHERNET_HEADER) throw new SystemCallError("sendto", errnoNumber("EINVAL"))
  if (frame.length > mtu + ETHERNET_HEADER + tagBytes(frame))
    throw new SystemCallError("sendto", errnoNumber("EMSGSIZE"))
  return frame
}

/** A tag is beyond what a device's MTU counts. */
function tagBytes(frame: Uint8Array): number {
  return frame[12] === ETH_P_8021Q >> 8 && frame[13] === (ETH_P_8021Q & 0xff) ? TAG_BYTES : 0
}

/** Whether nothing stands on the way of frames out of the far end: then they need not be packets there. */
function isUnseen({ hooks, network }: KernelCore, far: NetDevice): boolean {
  const isTraced = ON_THE_WAY.functions.some(name => hooks.onFunction(name) !== undefined)
  const isTold = ON_THE_WAY.tracepoints.some(name => hooks.onTracepoint(name) !== undefined)
  return !isTraced && !isTold && far.trafficControl.egress.isEmpty && network.taps.on(far).length === 1
}
