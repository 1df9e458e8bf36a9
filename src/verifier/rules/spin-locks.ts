import { isKnown } from "../domain/index.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Register } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"
import { endNonOwning, inTreeCallback } from "./graphs/ownership.ts"
import type { HelperCall } from "./helper-call.ts"
import { recordOf } from "./records.ts"

/** `bpf_spin_lock` and `bpf_spin_unlock`: one lock at a time, and the same one is given back. */
export function checkSpinLock(walk: Walk, call: HelperCall, number: number, register: Register): void {
  const { state } = walk
  if (inTreeCallback(walk)) reject(walk, ERRNO.EACCES, "can't spin_{lock,unlock} in rbtree cb", "lock")
  if (!isKnown(register.scalar))
    reject(
      walk,
      ERRNO.EINVAL,
      `R${number} doesn't have constant offset. bpf_spin_lock has to be at the constant offset`,
      "lock",
    )
  const map = register.type === TYPE.MAP_VALUE ? register.map : undefined
  if (map && !map.btf)
    reject(walk, ERRNO.EINVAL, `map '${map.name}' has to have BTF in order to use bpf_spin_lock`, "lock")
  const field = recordOf(walk, register).find(each => each.kind === "spinLock")
  const whose = map ? `map '${map.name}'` : "local 'kptr'"
  if (!field) reject(walk, ERRNO.EINVAL, `${whose} has no valid bpf_spin_lock`, "lock")
  const offset = register.scalar.nearValue + register.off
  if (field.offset !== offset)
    reject(
      walk,
      ERRNO.EINVAL,
      `off ${offset} doesn't point to 'struct bpf_spin_lock' that is at ${field.offset}`,
      "lock",
    )
  const owner = map ?? register.btf!
  if (call.name === "bpf_spin_lock") {
    if (state.lock) reject(walk, ERRNO.EINVAL, "Locking two bpf_spin_locks are not allowed", "lock")
    state.lock = { owner, id: register.id }
    return
  }
  if (!state.lock) reject(walk, ERRNO.EINVAL, "bpf_spin_unlock without taking a lock", "lock")
  if (state.lock.owner !== owner || state.lock.id !== register.id)
    reject(walk, ERRNO.EINVAL, "bpf_spin_unlock of different lock", "lock")
  endNonOwning(walk)
  state.lock = undefined
}
