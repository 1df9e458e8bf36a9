import { ERRNO, reject } from "../reject.ts"
import type { Register } from "../state/register.ts"
import { baseType, TYPE } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"
import type { KfuncCall } from "./kfuncs/kfunc.ts"

/** The work item of a map value. */
export function checkWorkqueue(walk: Walk, call: KfuncCall, index: number, register: Register): void {
  if (register.type !== TYPE.MAP_VALUE)
    reject(walk, ERRNO.EINVAL, `arg#${index} doesn't point to a map value`, "work-item")
  const map = register.map!
  const field = map.fields.find(each => each.kind === "workqueue")
  const offset = register.scalar.nearValue + register.off
  // A map without special fields at all makes the kernel read where nothing is; -22 stands for none.
  const wanted = field?.offset ?? -ERRNO.EINVAL
  if (wanted !== offset)
    reject(
      walk,
      ERRNO.EINVAL,
      `off ${offset} doesn't point to 'struct bpf_wq' that is at ${wanted}`,
      "work-item",
    )
  call.map = map
  call.mapUid = register.mapUid
}

/** A map among a kfunc's arguments; behind a work item, it must be the one that the item lies in. */
export function checkWorkqueueMap(walk: Walk, call: KfuncCall, number: number, register: Register): void {
  const { map } = register
  if (!map) {
    // The kernel takes the types of an object, and the size of memory, for a map here: what it says comes later.
    const base = baseType(register.type)
    if (base === TYPE.BTF_ID || base === TYPE.MEM) return
    reject(walk, ERRNO.EINVAL, `pointer in R${number} isn't map pointer`, "work-item")
  }
  const hasItem = map.fields.some(field => field.kind === "workqueue")
  if (call.map && hasItem && (call.map !== map || call.mapUid !== register.mapUid))
    reject(
      walk,
      ERRNO.EINVAL,
      `workqueue pointer in R1 map_uid=${call.mapUid} doesn't match map pointer in R2 map_uid=${register.mapUid}`,
      "work-item",
    )
  call.map = map
  call.mapUid = register.mapUid
}
