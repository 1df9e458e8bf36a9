import { addressBytes } from "../../kernel/index.ts"
import { type Cable, sameBytes } from "./device.ts"
import { buildIp, DEFAULT_TTL, ETH_P_IP, ETH_P_IPV6, ETHERNET_HEADER, PROTOCOL, parseIp } from "./headers.ts"
import { echoReply } from "./icmp/index.ts"

/** A cable to one other machine: it answers echo requests to its addresses, and nothing else. */
export function farHost(mac: Uint8Array, addresses: readonly string[]): Cable {
  const own = addresses.map(addressBytes)
  return {
    station: () => mac,
    answer(frame) {
      const to = frame.subarray(0, 6)
      const protocol = (frame[12]! << 8) | frame[13]!
      if (!sameBytes(to, mac) || (protocol !== ETH_P_IP && protocol !== ETH_P_IPV6)) return []
      const packet = frame.subarray(ETHERNET_HEADER)
      const ip = parseIp(packet)
      if (!ip || !own.some(address => sameBytes(address, ip.destination))) return []
      if (ip.protocol !== PROTOCOL.icmp && ip.protocol !== PROTOCOL.icmp6) return []
      const ends = { source: ip.destination, destination: ip.source }
      const payload = echoReply(packet.subarray(ip.size, ip.length), ends)
      if (!payload) return []
      const header = { ...ends, protocol: ip.protocol, ttl: DEFAULT_TTL, tos: ip.tos }
      const answer = buildIp(header, payload)
      const back = new Uint8Array(ETHERNET_HEADER + answer.length)
      back.set(frame.subarray(6, 12))
      back.set(mac, 6)
      back.set(frame.subarray(12, 14), 12)
      back.set(answer, ETHERNET_HEADER)
      return [back]
    },
  }
}
