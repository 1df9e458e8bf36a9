import { errnoNumber } from "../../../base/index.ts"
import { XDP_WORDS } from "../../../kernel/index.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import type { NetDevice } from "../device.ts"
import { ETHERNET_HEADER } from "../headers.ts"
import type { XdpRefusal } from "./places.ts"

/** A page of a veth driver's buffer, and what a frame's first piece has of it: without headroom and what Linux keeps of fragments. */
const PAGE = 4096
export const FIRST_PIECE = PAGE - 256 - 320
/** MAX_SKB_FRAGS */
const MOST_PIECES = 17

/** Whether a program takes frames in several pieces (xdp.frags). */
export function takesPieces({ program }: Attachment): boolean {
  return program.spec.definition?.fragments ?? false
}

function most(attachment: Attachment): number {
  return FIRST_PIECE - ETHERNET_HEADER + (takesPieces(attachment) ? PAGE * MOST_PIECES : 0)
}

/** The longest packets that the other end of a veth may send while its driver runs a program; undefined without one. */
export function mostForXdp({ xdp }: NetDevice): number | undefined {
  return xdp.native && most(xdp.native)
}

/** Why a veth's driver takes no program (veth_xdp_set): the other end may send frames that do not fit a buffer. */
export function refusedByVeth(device: NetDevice, attachment: Attachment): XdpRefusal | undefined {
  const { peer } = device
  if (device.kind !== "veth" || !peer || peer.mtu <= most(attachment)) return undefined
  return { number: errnoNumber("ERANGE"), words: XDP_WORDS.largeMtu }
}
