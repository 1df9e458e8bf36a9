import type { Register } from "../../state/register.ts"
import { TYPE } from "../../state/register-type.ts"
import type { DynptrKind } from "../../state/slots.ts"
import type { Walk } from "../../walk/walk.ts"
import { checkDynptr, dynptrOf } from "../dynptrs/arguments.ts"
import { hasSuffix, type KfuncCall } from "./kfunc.ts"

const MADE: Readonly<Record<string, DynptrKind>> = {
  bpf_dynptr_from_skb: "skb",
  bpf_dynptr_from_xdp: "xdp",
}

/** A dynptr that a kfunc makes or works on; a clone is of the kind of the one before it. */
export function checkKfuncDynptr(walk: Walk, call: KfuncCall, index: number, register: Register): void {
  const { name, prototype } = call.kfunc
  const creates = hasSuffix(prototype.params[index], "__uninit")
  const clones = creates && name === "bpf_dynptr_clone"
  const isConst = register.type === TYPE.CONST_DYNPTR
  checkDynptr(walk, index + 1, register, {
    how: creates ? "create" : isConst ? "use" : "change",
    kind: clones ? call.dynptr?.kind : MADE[name],
    cloneRefId: clones ? (call.dynptr?.refId ?? 0) : 0,
  })
  if (creates) return
  const dynptr = dynptrOf(walk, register)
  if (dynptr?.dynptr) call.dynptr = { id: dynptr.id, kind: dynptr.dynptr.kind, refId: dynptr.refId }
}
