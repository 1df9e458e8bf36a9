import { errnoNumber } from "../../../base/index.ts"
import type { KernelMemory } from "../../memory/index.ts"
import type { SkbContext } from "../../packets/index.ts"
import { checksumOf } from "../checksum.ts"
import { ETH_P_IP, ETH_P_IPV6, PROTOCOL } from "../headers.ts"

const EINVAL = -errnoNumber("EINVAL")
const [IPV4_HEADER, IPV6_HEADER, UDP_HEADER] = [20, 40, 8]
/** LWT_BPF_MAX_HEADROOM */
const MOST = 256
const [PROTOCOL_AT, CHECKSUM_AT, NEXT_AT] = [9, 10, 6]

/**
 * Puts an IP header before a packet, with whatever follows it in `header` (bpf_lwt_push_ip_encap): 0, or a negative errno.
 * `makeRoom` makes the packet longer in front. A checksum of IPv4 is put in where there is none.
 */
export function pushIpHeader(
  memory: KernelMemory,
  skb: SkbContext,
  header: Uint8Array,
  makeRoom: (count: number) => void,
): number {
  const { length } = header
  if (length < IPV4_HEADER || length > MOST) return EINVAL
  const version = header[0]! >> 4
  const size = version === 4 ? (header[0]! & 0xf) * 4 : version === 6 ? IPV6_HEADER : length + 1
  if (length < size) return EINVAL
  const isUdp = header[version === 4 ? PROTOCOL_AT : NEXT_AT] === PROTOCOL.udp
  if (isUdp && length < size + UDP_HEADER) return EINVAL
  makeRoom(length)
  const { data } = skb
  memory.write(data, header)
  skb.setHeader("network", data)
  skb.isEncapsulated = true
  skb.set("hash", 0)
  skb.protocol = version === 4 ? ETH_P_IP : ETH_P_IPV6
  if (version === 4 && memory.view.getUint16(data + CHECKSUM_AT) === 0)
    memory.view.setUint16(data + CHECKSUM_AT, checksumOf(memory.bytes.subarray(data, data + size)))
  return 0
}
