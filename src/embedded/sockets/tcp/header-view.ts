import type { KernelCore } from "../../core.ts"
import type { ArrivedSegment } from "./arrived-segment.ts"

/** The TCP header that an event of a socket is about, as far as its programs see it. */
export interface HeaderView {
  /** Where it stands, and where what programs may read of it ends. */
  readonly at: number
  end: number
  /** Bytes of options that programs may still reserve, or write. */
  room: number
  /** Bytes of the packet from the header on. */
  readonly length: number
  /** Flags of the header. */
  readonly flags: number
}

const [LENGTH_AT, FLAGS_AT] = [12, 13]

/** The header of a segment that has come in. */
export function arrivedHeader({ memory }: KernelCore, { skb, segment }: ArrivedSegment): HeaderView {
  const at = skb.transport
  const size = (memory.view.getUint8(at + LENGTH_AT) >> 4) * 4
  const flags = memory.view.getUint8(at + FLAGS_AT)
  return { at, end: at + size, room: 0, length: size + segment.data.length, flags }
}
