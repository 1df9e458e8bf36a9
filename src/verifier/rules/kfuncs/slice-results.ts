import { ERRNO, reject } from "../../reject.ts"
import { type Register, setPointer } from "../../state/register.ts"
import { FLAG, TYPE } from "../../state/register-type.ts"
import type { DynptrKind } from "../../state/slots.ts"
import type { Walk } from "../../walk/walk.ts"
import { mayAccessPacket } from "../packet.ts"
import type { KfuncCall } from "./kfunc.ts"

const FLAGS: Readonly<Record<DynptrKind, number>> = {
  local: FLAG.DYNPTR_LOCAL,
  ringbuf: FLAG.DYNPTR_RINGBUF,
  skb: FLAG.DYNPTR_SKB,
  xdp: FLAG.DYNPTR_XDP,
}

/** A slice of what a dynptr stands for; one of a packet ends when the packet may have moved. */
export function giveSlice(walk: Walk, { kfunc, dynptr, constant }: KfuncCall, r0: Register): void {
  const readOnly = kfunc.name === "bpf_dynptr_slice"
  if (!readOnly && !mayAccessPacket(walk, "write"))
    reject(walk, ERRNO.EINVAL, "the prog does not allow writes to packet data", "dynptr")
  setPointer(r0, TYPE.MEM | FLAGS[dynptr!.kind] | (readOnly ? FLAG.READ_ONLY : 0))
  r0.range = Number(BigInt.asUintN(32, constant ?? 0n))
  r0.dynptrId = dynptr!.id
}
