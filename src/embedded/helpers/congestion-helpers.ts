import { checksumOf } from "../network/checksum.ts"
import { sendAck } from "../sockets/index.ts"
import { word } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"
import { skbArgument } from "./packet-argument.ts"

const [IPV4, IPV6] = [0x0008, 0xdd86]
const [IPV4_HEADER, IPV6_HEADER] = [20, 40]
/** The two bits of congestion notification: whoever sends knows of it, and congestion was met. */
const [CAPABLE, EXPERIENCED] = [3, 3]

/** Marks a packet whose sender listens: 1 where it is marked then, 0 where it cannot be. */
const setCongestion: HelperFunction = (kernel, [context]) => {
  const skb = skbArgument(kernel, context)
  const { bytes, view } = kernel.memory
  const at = skb.header("network")
  const left = skb.data + skb.get("len") - at
  switch (skb.get("protocol")) {
    case IPV4: {
      if (left < IPV4_HEADER || (bytes[at + 1]! & CAPABLE) === 0) return 0
      bytes[at + 1]! |= EXPERIENCED
      const size = (bytes[at]! & 0xf) * 4
      view.setUint16(at + 10, 0)
      view.setUint16(at + 10, checksumOf(bytes.subarray(at, at + size)))
      return 1
    }
    case IPV6: {
      // The traffic class stands across the first two bytes.
      if (left < IPV6_HEADER || (bytes[at + 1]! & (CAPABLE << 4)) === 0) return 0
      bytes[at + 1]! |= EXPERIENCED << 4
      return 1
    }
    default:
      return 0
  }
}

/** Helpers that tell of congestion. */
export const CONGESTION_HELPERS: HelperTable = {
  bpf_skb_ecn_set_ce: setCongestion,
  /** Of a congestion control: an acknowledgement of its own. */
  bpf_tcp_send_ack: (kernel, [tcp, receiveNext]) => {
    const socket = kernel.core.sockets.at(Number(tcp))
    if (socket?.tcp) sendAck(kernel.core, socket, word(receiveNext))
    return 0
  },
}
