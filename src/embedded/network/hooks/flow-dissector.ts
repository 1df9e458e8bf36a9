import type { KernelCore } from "../../core.ts"
import { SKB_FIELD, type SkbContext } from "../../packets/index.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import { type IpHeader, PROTOCOL, parseIp } from "../headers.ts"
import { runOnSkb } from "../run-on-skb.ts"

/** `struct bpf_flow_keys` (include/uapi/linux/bpf.h). */
const KEYS = {
  bytes: 56,
  network: 0,
  transport: 2,
  addresses: 4,
  protocol: 9,
  ethernetType: 10,
  sourcePort: 12,
  ipv4: 16,
  ipv6: 16,
} as const
const ADDRESSES_BYTES = 32
/** What a dissector answers: it has found the flow, or the kernel is to look itself. */
const [OK, CONTINUE] = [0, 129]
const WITH_PORTS: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp]

/** The hash of the flow that a packet is of, found by the program if there is one. 0 where no flow is found. */
export function flowHash(
  kernel: KernelCore,
  skb: SkbContext,
  contextAddress: number,
  program: Attachment | undefined,
): number {
  const keys = program ? dissect(kernel, skb, contextAddress, program) : undefined
  if (keys === "none") return 0
  const flow = keys ?? ownKeys(kernel, skb)
  return flow ? hashOf(flow) : 0
}

/** What the program says of the packet: keys, nothing ("none"), or that the kernel is to look itself. */
function dissect(
  kernel: KernelCore,
  skb: SkbContext,
  contextAddress: number,
  program: Attachment,
): Uint8Array | "none" | undefined {
  const { memory } = kernel
  const { view } = memory
  const keys = memory.alloc(KEYS.bytes)
  const offset = skb.header("network") - skb.data
  view.setUint16(keys + KEYS.network, offset, true)
  view.setUint16(keys + KEYS.transport, offset, true)
  view.setUint16(keys + KEYS.ethernetType, skb.get("protocol"), true)
  const at = contextAddress + SKB_FIELD.flow_keys
  view.setBigUint64(at, BigInt(keys), true)
  const code = runOnSkb(kernel, contextAddress, program)
  view.setBigUint64(at, 0n, true)
  const found = memory.read(keys + KEYS.protocol, KEYS.bytes - KEYS.protocol)
  memory.free(keys)
  if (code === CONTINUE) return undefined
  // Ethernet's type is behind the protocol, and in the hash by way of the addresses.
  return code === OK ? found.slice(0, 1 + 6 + ADDRESSES_BYTES) : "none"
}

/** What the kernel itself finds: protocol, addresses, ports. */
function ownKeys({ memory }: KernelCore, skb: SkbContext): Uint8Array | undefined {
  const network = skb.header("network")
  const bytes = memory.read(network, Math.max(0, skb.data + skb.get("len") - network))
  const ip = parseIp(bytes)
  return ip && keysOf(ip, bytes.subarray(ip.size))
}

function keysOf({ source, destination, protocol }: IpHeader, transport: Uint8Array): Uint8Array {
  const ports = WITH_PORTS.includes(protocol) ? transport.subarray(0, 4) : []
  return Uint8Array.of(protocol, ...ports, ...source, ...destination)
}

const [BASIS, PRIME] = [0x811c_9dc5, 0x0100_0193]

/** Any hash does, as long as it is the same for the same flow, and not 0 (FNV-1a). */
function hashOf(keys: Uint8Array): number {
  let hash = BASIS
  for (const byte of keys) hash = Math.imul(hash ^ byte, PRIME)
  return hash >>> 0 || 1
}
