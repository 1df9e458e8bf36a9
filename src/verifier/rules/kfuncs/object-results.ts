import type { TypeId } from "../../../btf/index.ts"
import { ERRNO, reject } from "../../reject.ts"
import { type Register, setPointer } from "../../state/register.ts"
import { FLAG, TYPE } from "../../state/register-type.ts"
import type { Walk } from "../../walk/walk.ts"
import { setNode } from "../graphs/ownership.ts"
import { objectFields } from "../records.ts"
import { isStructOfNumbers } from "./argument-kinds.ts"
import type { KfuncCall } from "./kfunc.ts"

const ALLOCATE = new Set(["bpf_obj_new_impl", "bpf_percpu_obj_new_impl"])
const NODES = new Set(["bpf_list_pop_front", "bpf_list_pop_back", "bpf_rbtree_remove", "bpf_rbtree_first"])

/** Whether a kfunc gives an object of the program's own. */
export function givesObject(name: string): boolean {
  return ALLOCATE.has(name) || NODES.has(name) || name === "bpf_refcount_acquire_impl"
}

export function giveObject(walk: Walk, call: KfuncCall, r0: Register): void {
  const { name } = call.kfunc
  if (ALLOCATE.has(name)) {
    allocate(walk, call, r0)
    return
  }
  if (NODES.has(name)) {
    setNode(r0, call.root!)
    return
  }
  setPointer(r0, TYPE.BTF_ID | FLAG.ALLOCATED)
  r0.btf = call.object!.btf
  r0.btfId = call.object!.id
}

/** As much memory of each processor as one object may take. */
const MOST_PER_CPU = 512
const MOST_ID = 0xffff_ffffn

/** A new object of the type that a constant names in the program's BTF. */
function allocate(walk: Walk, { kfunc, constant = 0n }: KfuncCall, r0: Register): void {
  const refuse: (message: string) => never = message => reject(walk, ERRNO.EINVAL, message, "object")
  const { btf } = walk.program
  if (constant > MOST_ID) refuse("local type ID argument must be in range [0, U32_MAX]")
  if (!btf) refuse("bpf_obj_new/bpf_percpu_obj_new requires prog BTF")
  const id = Number(constant) as TypeId
  const struct = id > 0 && id < btf.count ? btf.typeOf(id, "struct") : undefined
  if (!struct) refuse("bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct")
  const perCpu = kfunc.name === "bpf_percpu_obj_new_impl"
  if (perCpu) {
    if (struct.size > MOST_PER_CPU)
      refuse(`bpf_percpu_obj_new type size (${struct.size}) is greater than ${MOST_PER_CPU}`)
    if (!isStructOfNumbers(walk, btf, id, 0))
      refuse("bpf_percpu_obj_new type ID argument must be of a struct of scalars")
    if (objectFields(walk, btf, id).length > 0)
      refuse("bpf_percpu_obj_new type ID argument must not contain special fields")
  }
  setPointer(r0, TYPE.BTF_ID | FLAG.ALLOCATED | (perCpu ? FLAG.PER_CPU : 0))
  r0.btf = btf
  r0.btfId = id
}
