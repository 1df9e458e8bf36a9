import { CONTEXT_LAYOUTS } from "../../catalog/details.ts"
import type { ProgramTypeName } from "../../catalog/index.ts"
import type { KernelMemory } from "../memory/index.ts"
import { ETHERNET_BYTES, fieldOffsets, SKB_CONTEXT_BYTES, SKB_FIELD, SkbContext } from "../packets/index.ts"
import { LOOPBACK, PAGE, SHARED_INFO } from "./machine.ts"
import { extraRoom } from "./packet-growth.ts"
import { type Input, type RunKind, refuseIf } from "./run-kind.ts"
import { isZero, userContext, wordAt } from "./user-context.ts"
import { needsEthernet } from "./user-packet.ts"

/** What a packet has before it (NET_SKB_PAD). */
const HEADROOM = 64
const MAX_PACKET = PAGE - HEADROOM - SHARED_INFO
const CONTEXT_BYTES = CONTEXT_LAYOUTS.__sk_buff.size
const SOCKET_AT = Math.ceil(SKB_CONTEXT_BYTES / 16) * 16
const BUFFER_AT = SOCKET_AT + 128
const SOCKET = fieldOffsets("bpf_sock")

const MAX_WIRE_LEN = 65_536
const MAX_SEGMENTS = 65_535

/** Fields that a caller may set; all others have to be 0. Those with `out` are told afterwards. */
const GIVEN = [
  { name: "mark", bytes: 4, out: true },
  { name: "priority", bytes: 4, out: true },
  { name: "ingress_ifindex", bytes: 4, out: true },
  { name: "ifindex", bytes: 4, out: true },
  { name: "cb", bytes: 20, out: true },
  { name: "tstamp", bytes: 8, out: true },
  { name: "wire_len", bytes: 4, out: true },
  { name: "gso_segs", bytes: 4, out: true },
  { name: "gso_size", bytes: 4, out: false },
  { name: "hwtstamp", bytes: 8, out: true },
] as const satisfies readonly { name: keyof typeof SKB_FIELD; bytes: number; out: boolean }[]

const [AF_INET, AF_INET6] = [2, 10]
const [HOST, MULTICAST, OTHER_HOST] = [0, 2, 3]
const [ETH_P_802_3, ETH_P_802_2, ETH_P_IP, ETH_P_IPV6] = [0x0001, 0x0004, 0x0800, 0x86dd]
/** From here on the field is a protocol, not a length. */
const FIRST_PROTOCOL = 0x600

/** Programs of traffic control see the Ethernet header, others what is behind it. */
const SEE_ETHERNET: readonly ProgramTypeName[] = ["sched_cls", "sched_act"]

/** BPF_PROG_TEST_RUN of programs that see a `struct __sk_buff`: a packet in one piece that has come in on the loopback device. */
export const SKB_RUN: RunKind = {
  slotBytes: (_input, { executable }) => BUFFER_AT + PAGE + 2 * extraRoom(executable),
  isFresh: false,
  isTimed: true,

  check({ flags = 0, cpu = 0, batchSize = 0 }) {
    refuseIf(flags !== 0, "EINVAL", `flags ${flags}`)
    refuseIf(cpu !== 0 || batchSize !== 0, "EINVAL", "it takes no cpu and no batch size")
  },

  place(host, slot, input, { type, executable }) {
    const { packet = new Uint8Array(0) } = input
    needsEthernet(packet)
    refuseIf(packet.length > MAX_PACKET, "EINVAL", `a packet has ${MAX_PACKET} bytes at most`)
    const context = userContext(input, CONTEXT_BYTES)
    const { memory } = host
    const extra = extraRoom(executable)
    const buffer = slot + BUFFER_AT
    const mac = buffer + extra + HEADROOM
    memory.write(mac, packet)
    const network = mac + ETHERNET_BYTES
    const skb = new SkbContext(memory, slot)
    skb.setBuffer(buffer, buffer + PAGE + 2 * extra)
    skb.place(SEE_ETHERNET.includes(type) ? mac : network, mac + packet.length, { mac, network })
    if (context) takeContext(skb, memory, slot, context)
    // Only attached to a group these programs have the packet's end told.
    if (type === "cgroup_skb") skb.set("data_end", 0)
    skb.set("ifindex", LOOPBACK)
    describePacket(skb, memory, packet, network, slot + SOCKET_AT)
    memory.view.setBigUint64(slot + SKB_FIELD.sk, BigInt(slot + SOCKET_AT), true)
  },

  collect({ memory }, slot, input, { type }) {
    const skb = new SkbContext(memory, slot)
    let start = skb.data
    const end = start + skb.get("len")
    if (!SEE_ETHERNET.includes(type)) {
      start -= ETHERNET_BYTES
      memory.bytes.fill(0, start, start + ETHERNET_BYTES)
    }
    return { packet: memory.read(start, end - start), ...contextAfter(memory, slot, input) }
  },
}

function takeContext(skb: SkbContext, memory: KernelMemory, slot: number, context: Uint8Array): void {
  checkUnset(context)
  const device = wordAt(context, SKB_FIELD.ifindex)
  refuseIf(device > LOOPBACK, "ENODEV", `there is no interface ${device}`)
  const length = skb.get("len")
  const onWire = wordAt(context, SKB_FIELD.wire_len)
  refuseIf(
    onWire !== 0 && (onWire < length || onWire > MAX_WIRE_LEN),
    "EINVAL",
    `wire_len is ${onWire}: from ${length} to ${MAX_WIRE_LEN}`,
  )
  const segments = wordAt(context, SKB_FIELD.gso_segs)
  refuseIf(segments > MAX_SEGMENTS, "EINVAL", `gso_segs is ${segments}: ${MAX_SEGMENTS} at most`)
  for (const { name, bytes } of GIVEN) {
    const offset = SKB_FIELD[name]
    memory.write(slot + offset, context.subarray(offset, offset + bytes))
  }
  if (onWire === 0) skb.set("wire_len", length)
  // Segments have their size in 16 bits.
  skb.set("gso_size", skb.get("gso_size") & 0xffff)
}

function checkUnset(context: Uint8Array): void {
  const rest = Uint8Array.from(context)
  for (const { name, bytes } of GIVEN) rest.fill(0, SKB_FIELD[name], SKB_FIELD[name] + bytes)
  refuseIf(!isZero(rest), "EINVAL", `a context gives ${GIVEN.map(({ name }) => name).join(", ")} and no more`)
}

/** What the kernel finds in the headers: to whom, which protocol, and the addresses of a socket for it. */
function describePacket(
  skb: SkbContext,
  { bytes, view }: KernelMemory,
  packet: Uint8Array,
  network: number,
  socket: number,
): void {
  const toLoopback = packet.subarray(0, 6).every(byte => byte === 0)
  skb.set("pkt_type", toLoopback ? HOST : (packet[0]! & 1) === 1 ? MULTICAST : OTHER_HOST)
  const protocol = protocolOf(packet)
  skb.set("protocol", ((protocol & 0xff) << 8) | (protocol >> 8))
  const length = packet.length - ETHERNET_BYTES
  if (protocol === ETH_P_IP) {
    skb.set("family", AF_INET)
    view.setUint32(socket + SOCKET.family, AF_INET, true)
    refuseIf(length < 20, "EINVAL", `a header of IPv4 has 20 bytes, there are ${length}`)
    skb.set("local_ip4", view.getUint32(network + 12, true))
    skb.set("remote_ip4", view.getUint32(network + 16, true))
    view.setUint32(socket + SOCKET.src_ip4, skb.get("local_ip4"), true)
    view.setUint32(socket + SOCKET.dst_ip4, skb.get("remote_ip4"), true)
  } else if (protocol === ETH_P_IPV6) {
    skb.set("family", AF_INET6)
    view.setUint32(socket + SOCKET.family, AF_INET6, true)
    refuseIf(length < 40, "EINVAL", `a header of IPv6 has 40 bytes, there are ${length}`)
    bytes.copyWithin(socket + SOCKET.src_ip6, network + 8, network + 24)
    bytes.copyWithin(socket + SOCKET.dst_ip6, network + 24, network + 40)
  }
}

function protocolOf(packet: Uint8Array): number {
  const field = (packet[12]! << 8) | packet[13]!
  if (field >= FIRST_PROTOCOL) return field
  const isRaw = packet[14] === 0xff && packet[15] === 0xff
  return isRaw ? ETH_P_802_3 : ETH_P_802_2
}

/** What the caller gave, with what the program may have changed. */
function contextAfter(memory: KernelMemory, slot: number, input: Input): { readonly context?: Uint8Array } {
  const context = userContext(input, CONTEXT_BYTES)
  if (!context) return {}
  for (const { name, bytes, out } of GIVEN)
    if (out) context.set(memory.read(slot + SKB_FIELD[name], bytes), SKB_FIELD[name])
  return { context }
}
