import { isKnown } from "../domain/index.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Register } from "../state/register.ts"
import type { Walk } from "../walk/walk.ts"
import type { HelperCall } from "./helper-call.ts"

/** The timer of a map value; what is done with it must name the same map. */
export function checkTimer(walk: Walk, call: HelperCall, number: number, register: Register): void {
  const map = register.map!
  if (!isKnown(register.scalar))
    reject(
      walk,
      ERRNO.EINVAL,
      `R${number} doesn't have constant offset. bpf_timer has to be at the constant offset`,
      "special-field",
    )
  if (!map.btf)
    reject(walk, ERRNO.EINVAL, `map '${map.name}' has to have BTF in order to use bpf_timer`, "special-field")
  const field = map.fields.find(each => each.kind === "timer")
  if (!field) reject(walk, ERRNO.EINVAL, `map '${map.name}' has no valid bpf_timer`, "special-field")
  const offset = register.scalar.nearValue + register.off
  if (field.offset !== offset)
    reject(
      walk,
      ERRNO.EINVAL,
      `off ${offset} doesn't point to 'struct bpf_timer' that is at ${field.offset}`,
      "special-field",
    )
  call.map = map
  call.mapUid = register.mapUid
}
