import { ERRNO, reject } from "../reject.ts"
import type { Register } from "../state/register.ts"
import type { Walk } from "../walk/walk.ts"
import { isInside, refuseNegative, writeOutside } from "./regions.ts"

const READ_ONLY = new Set([
  "lwt_in",
  "lwt_out",
  "lwt_seg6local",
  "sk_reuseport",
  "flow_dissector",
  "cgroup_skb",
])
const READ_WRITE = new Set(["sched_cls", "sched_act", "xdp", "lwt_xmit", "sk_skb", "sk_msg"])

/** Whether this type of program may access packet bytes directly, or let a helper (`packetAccess`) do it. */
export function mayAccessPacket(walk: Walk, kind: "read" | "write", packetAccess?: boolean): boolean {
  const { type } = walk.program
  if (type === "cgroup_sockopt") return true
  if (READ_ONLY.has(type) ? kind === "read" : READ_WRITE.has(type)) return packetAccess ?? true
  return false
}

/** The fixed part of the offset lies in what a comparison with the packet's end has shown to be there. */
export function checkPacket(
  walk: Walk,
  number: number,
  pointer: Register,
  offset: number,
  size: number,
  zeroAllowed: boolean,
): void {
  if (pointer.scalar.nearSmin < 0) refuseNegative(walk, number)
  if (pointer.range >= 0) {
    if (isInside(offset, size, pointer.range, zeroAllowed)) return
    writeOutside(walk, number, pointer, offset, size, pointer.range)
  }
  reject(
    walk,
    pointer.range < 0 ? ERRNO.EINVAL : ERRNO.EACCES,
    `R${number} offset is outside of the packet`,
    "packet-bounds",
  )
}
