import type { KernelCore } from "../../core.ts"
import { FRAGMENT_TABLE_BYTES, XdpFragments } from "../../packets/index.ts"
import type { Skb } from "../skb.ts"
import { FIRST_PIECE } from "./veth-mtu.ts"

const PAGE = 4096

/** Where the first piece of a frame ends, and the table of the others. */
export interface Pieces {
  readonly end: number
  readonly table: number
}

/** Puts a frame that is longer than one buffer into pieces, one behind the other in memory; undefined for a shorter one. */
export function piecesOf({ memory }: KernelCore, { context, room }: Skb): Pieces | undefined {
  const { data, end } = context
  if (end - data <= FIRST_PIECE) return undefined
  const table = memory.alloc(FRAGMENT_TABLE_BYTES)
  const fragments = new XdpFragments(memory, table)
  for (let at = data + FIRST_PIECE; at < end; at += PAGE)
    fragments.add({ address: at, size: Math.min(PAGE, end - at) }, Math.min(PAGE, (room?.end ?? end) - at))
  return { end: data + FIRST_PIECE, table }
}
