import { errnoNumber } from "../../base/index.ts"
import type { SkbContext } from "../packets/index.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"
import { skbArgument } from "./packet-argument.ts"
import { MAX_PACKET_BYTES, popBytes, pushBytes } from "./packet-room.ts"

const [EINVAL, EFAULT, ENOTSUPP, ENOMEM, EALREADY] = [
  -errnoNumber("EINVAL"),
  -errnoNumber("EFAULT"),
  -errnoNumber("ENOTSUPP"),
  -errnoNumber("ENOMEM"),
  -errnoNumber("EALREADY"),
]
const [IPV4, IPV6] = [0x0008, 0xdd86]
/** Modes: behind the network header, or behind the link-layer header. */
const [NET, MAC] = [0n, 1n]
const MOST = 0xfff
/** BPF_F_ADJ_ROOM_… */
const FLAG = {
  fixedGso: 1n,
  encapsulateV4: 2n,
  encapsulateV6: 4n,
  encapsulateGre: 8n,
  encapsulateUdp: 16n,
  keepChecksum: 32n,
  encapsulateEthernet: 64n,
  unpackV4: 128n,
  unpackV6: 256n,
} as const
/** Bytes of an inner link-layer header, in the upper bits of the flags. */
const INNER_SHIFT = 56n
const INNER_MASK = 0xffn << INNER_SHIFT
const ENCAPSULATE = FLAG.encapsulateV4 | FLAG.encapsulateV6
const UNPACK = FLAG.unpackV4 | FLAG.unpackV6
const ENCAPSULATION_FLAGS =
  ENCAPSULATE | FLAG.encapsulateGre | FLAG.encapsulateUdp | FLAG.encapsulateEthernet | INNER_MASK
const ETHERNET_HEADER = 14n

const headerBytes = (protocol: number): number => (protocol === IPV4 ? 20 : 40)

/** Room behind a header, or less of it: what stands before moves. */
const adjustRoom: HelperFunction = (kernel, [context, difference, mode, flags]) => {
  const skb = skbArgument(kernel, context)
  const by = Number(BigInt.asIntN(32, difference))
  const protocol = skb.get("protocol")
  const unpacking = kernel.since("6.3") ? UNPACK : 0n
  const known = FLAG.fixedGso | FLAG.keepChecksum | ENCAPSULATION_FLAGS | unpacking
  if ((flags & ~known) !== 0n) return EINVAL
  if (Math.abs(by) > MOST) return EFAULT
  if (protocol !== IPV4 && protocol !== IPV6) return ENOTSUPP
  if (mode !== NET && mode !== MAC) return ENOTSUPP
  const network = skb.header("network") - skb.data
  const at = network + (mode === NET ? headerBytes(protocol) : 0)
  if ((flags & UNPACK) !== 0n && (by >= 0 || (flags & UNPACK) === UNPACK)) return EINVAL
  const inner = unpackedBytes(flags) ?? headerBytes(protocol)
  const left = skb.get("len") - network + by
  if (by < 0 ? left <= 0 || left < inner : skb.get("len") + by > MAX_PACKET_BYTES) return ENOTSUPP
  // Packets of several segments are known to test runs alone, which do not say of which protocol.
  const isSegmented = skb.get("gso_size") !== 0
  if (by < 0 && (flags & ENCAPSULATION_FLAGS) !== 0n) return EINVAL
  if (isSegmented) return ENOTSUPP
  const error =
    by < 0 ? shrink(kernel, skb, { at, by: -by, flags }) : grow(kernel, context, skb, { at, by, flags })
  if (error === 0 && (flags & FLAG.keepChecksum) === 0n) skb.checked = 0
  return error
}

interface Change {
  readonly at: number
  readonly by: number
  readonly flags: bigint
}

function unpackedBytes(flags: bigint): number | undefined {
  if ((flags & FLAG.unpackV4) !== 0n) return 20
  return (flags & FLAG.unpackV6) !== 0n ? 40 : undefined
}

function grow(kernel: HelperKernel, context: bigint, skb: SkbContext, { at, by, flags }: Change): number {
  const isOuter = (flags & ENCAPSULATE) !== 0n
  const network = skb.header("network") - skb.data
  if (isOuter) {
    const both = (one: bigint, other: bigint): boolean => (flags & one) !== 0n && (flags & other) !== 0n
    const inner = flags >> INNER_SHIFT
    if (both(FLAG.encapsulateV4, FLAG.encapsulateV6)) return EINVAL
    if (both(FLAG.encapsulateGre, FLAG.encapsulateUdp)) return EINVAL
    if ((flags & FLAG.encapsulateEthernet) !== 0n && inner < ETHERNET_HEADER) return EINVAL
    if (skb.isEncapsulated) return EALREADY
    if (inner > BigInt(by)) return EINVAL
  }
  pushBytes(kernel, context, skb, { at, count: by })
  place(skb, network)
  if (!isOuter) return 0
  skb.isEncapsulated = true
  skb.set("protocol", (flags & FLAG.encapsulateV6) !== 0n ? IPV6 : IPV4)
  return 0
}

function shrink(kernel: HelperKernel, skb: SkbContext, { at, by, flags }: Change): number {
  const network = skb.header("network") - skb.data
  if (!popBytes(kernel, skb, { at, count: by })) return ENOMEM
  place(skb, network)
  if ((flags & FLAG.unpackV6) !== 0n) skb.set("protocol", IPV6)
  if ((flags & FLAG.unpackV4) !== 0n) skb.set("protocol", IPV4)
  return 0
}

/** The link-layer header starts the packet; the network header is as far behind as it was. */
function place(skb: SkbContext, network: number): void {
  skb.setHeader("mac", skb.data)
  skb.setHeader("network", skb.data + network)
}

/** Room in a packet, for headers of tunnels. */
export const ADJUST_ROOM_HELPERS: HelperTable = { bpf_skb_adjust_room: adjustRoom }
