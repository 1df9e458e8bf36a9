import { errnoNumber } from "../../base/index.ts"
import { mostMetadata, type Piece, type SkbHeader, type XdpContext } from "../packets/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"
import { skbArgument, xdpArgument } from "./packet-argument.ts"

const [EINVAL, EFAULT, ENOMEM] = [-errnoNumber("EINVAL"), -errnoNumber("EFAULT"), -errnoNumber("ENOMEM")]
/** What a packet's offsets and lengths have at most. */
const MOST = 0xffff
/** BPF_F_RECOMPUTE_CSUM and BPF_F_INVALIDATE_HASH. */
const [RECOMPUTE_CHECKSUM, INVALIDATE_HASH] = [1n, 2n]
const HEADERS: readonly SkbHeader[] = ["mac", "network"]

const signed = (value: bigint): number => Number(BigInt.asIntN(32, value))

/** Where the bytes of an XDP packet are, in pieces; −errno when they are not all there. */
function xdpPieces(xdp: XdpContext, offset: number, length: number): Piece[] | number {
  if (offset > MOST || length > MOST) return EFAULT
  return offset + length > xdp.length ? EINVAL : xdp.piecesOf(offset, length)
}

const xdpLoad: HelperFunction = (kernel, [context, offset, buffer, length]) => {
  let to = memoryArgument(kernel, buffer, length)
  const pieces = xdpPieces(xdpArgument(kernel, context), word(offset), word(length))
  if (typeof pieces === "number") return pieces
  for (const { address, size } of pieces) {
    kernel.memory.bytes.copyWithin(to, address, address + size)
    to += size
  }
  return 0
}

const xdpStore: HelperFunction = (kernel, [context, offset, buffer, length]) => {
  let from = memoryArgument(kernel, buffer, length)
  const pieces = xdpPieces(xdpArgument(kernel, context), word(offset), word(length))
  if (typeof pieces === "number") return pieces
  for (const { address, size } of pieces) {
    kernel.memory.bytes.copyWithin(address, from, from + size)
    from += size
  }
  return 0
}

/** Copies bytes out; what cannot be read leaves zeros. */
function skbCopy(kernel: HelperKernel, from: number, end: number, to: number, length: number): number {
  const { bytes } = kernel.memory
  if (from + length > end) {
    bytes.fill(0, to, to + length)
    return EFAULT
  }
  bytes.copyWithin(to, from, from + length)
  return 0
}

const skbLoad: HelperFunction = (kernel, [context, offset, buffer, length]) => {
  const skb = skbArgument(kernel, context)
  const to = memoryArgument(kernel, buffer, length)
  const end = skb.hasHeadersOnly ? 0 : skb.data + skb.get("len")
  return skbCopy(kernel, skb.data + word(offset), end, to, word(length))
}

const skbLoadRelative: HelperFunction = (kernel, [context, offset, buffer, length, start]) => {
  const skb = skbArgument(kernel, context)
  const to = memoryArgument(kernel, buffer, length)
  const header = HEADERS[word(start)]
  const end = skb.data + skb.get("len")
  const isRefused = header === undefined || word(offset) > MOST
  return skbCopy(kernel, isRefused ? end : skb.header(header) + word(offset), end, to, word(length))
}

const skbStore: HelperFunction = (kernel, [context, offset, buffer, length, flags]) => {
  const skb = skbArgument(kernel, context)
  const from = memoryArgument(kernel, buffer, length)
  if ((flags & ~(RECOMPUTE_CHECKSUM | INVALIDATE_HASH)) !== 0n) return EINVAL
  if (word(offset) + word(length) > skb.get("len")) return EFAULT
  kernel.memory.bytes.copyWithin(skb.data + word(offset), from, from + word(length))
  if ((flags & INVALIDATE_HASH) !== 0n) skb.set("hash", 0)
  return 0
}

/** Packets are in one piece: all that there is can be written already. */
const skbPull: HelperFunction = (kernel, [context, length]) =>
  word(length) > skbArgument(kernel, context).get("len") ? ENOMEM : 0

/** Helpers that move, read and write packets. */
export const PACKET_HELPERS: HelperTable = {
  bpf_xdp_adjust_head: (kernel, [context, by]) => xdpArgument(kernel, context).adjustHead(signed(by)),
  bpf_xdp_adjust_meta: (kernel, [context, by]) =>
    xdpArgument(kernel, context).adjustMeta(
      signed(by),
      mostMetadata(release => kernel.since(release)),
    ),
  bpf_xdp_adjust_tail: (kernel, [context, by]) => xdpArgument(kernel, context).adjustTail(signed(by)),
  bpf_xdp_get_buff_len: (kernel, [context]) => xdpArgument(kernel, context).length,
  bpf_xdp_load_bytes: xdpLoad,
  bpf_xdp_store_bytes: xdpStore,
  bpf_skb_load_bytes: skbLoad,
  bpf_skb_load_bytes_relative: skbLoadRelative,
  bpf_skb_store_bytes: skbStore,
  bpf_skb_pull_data: skbPull,
}
