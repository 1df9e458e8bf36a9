import type { HelperArgument } from "../../catalog/details.ts"
import { ERRNO, reject, unsupported } from "../reject.ts"
import type { Register } from "../state/register.ts"
import { FLAG, mayBeNull, typeName } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"
import { structsMatch } from "./btf-match.ts"
import type { HelperCall } from "./helper-call.ts"
import { checkKptrMatch } from "./kptrs/target.ts"

/** A pointer to a kernel object, passed to a helper: the object's type, and whether it may be null. */
export function checkBtfArgument(
  walk: Walk,
  call: HelperCall,
  argument: HelperArgument,
  number: number,
  register: Register,
): void {
  if (argument.kind === "memory" || argument.kind === "mapKey" || argument.kind === "mapValue") {
    if (argument.kind === "memory" && argument.access !== "read")
      reject(
        walk,
        ERRNO.EACCES,
        `${call.name}() may write into memory pointed by R${number} type=${typeName(register.type)}`,
        "argument-type",
      )
    return
  }
  if (register.type & FLAG.ALLOCATED) {
    if (argument.kind === "kptr")
      checkKptrMatch(walk, call.kptr!.field, call.kptr!.target, register, number, ERRNO.EACCES)
    return
  }
  if (register.type & FLAG.PER_CPU) return
  if (mayBeNull(register.type) && (!argument.nullable || argument.release))
    reject(walk, ERRNO.EACCES, `Possibly NULL pointer passed to helper arg${number}`, "null-argument")
  if (argument.kind === "kptr") {
    checkKptrMatch(walk, call.kptr!.field, call.kptr!.target, register, number, ERRNO.EACCES)
    return
  }
  const wantedName = argument.kind === "btfSocketCommon" ? "sock_common" : argument.type
  const { btf } = walk.kernel
  const wanted = wantedName === undefined ? undefined : btf.find(wantedName, "struct")
  if (wanted === undefined) unsupported(`kernel pointers in argument ${number} of ${call.name}`)
  const strict = argument.release === true && call.name !== "bpf_sk_release"
  if (structsMatch(walk, register.btf!, register.btfId, register.off, btf, wanted, strict)) return
  const type = register.btf!.type(register.btfId)
  const given = "name" in type ? type.name : ""
  reject(walk, ERRNO.EACCES, `R${number} is of type ${given} but ${wantedName} is expected`, "argument-type")
}
