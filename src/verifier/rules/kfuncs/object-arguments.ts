import type { TypeId } from "../../../btf/index.ts"
import { ERRNO, reject, unsupported } from "../../reject.ts"
import type { Register } from "../../state/register.ts"
import { baseType, FLAG, TYPE, typeName } from "../../state/register-type.ts"
import type { Walk } from "../../walk/walk.ts"
import { structsMatch } from "../btf-match.ts"
import { inTreeCallback } from "../graphs/ownership.ts"
import { isAllocated, recordOf } from "../records.ts"
import { isRcuProtected } from "../trust.ts"
import { kindText, OWN_STRUCTS } from "./argument-kinds.ts"
import type { KfuncCall } from "./kfunc.ts"

const OWN_OBJECT = TYPE.BTF_ID | FLAG.ALLOCATED

/** An object of the program's own that is given back. */
export function checkAllocated(walk: Walk, call: KfuncCall, index: number, register: Register): void {
  const refuse = (message: string): never => reject(walk, ERRNO.EINVAL, message, "object")
  const { name } = call.kfunc
  if (register.type === OWN_OBJECT) {
    if (name !== "bpf_obj_drop_impl") refuse(`arg#${index} expected for bpf_obj_drop_impl()`)
  } else if (register.type === (OWN_OBJECT | FLAG.PER_CPU)) {
    if (name !== "bpf_percpu_obj_drop_impl") refuse(`arg#${index} expected for bpf_percpu_obj_drop_impl()`)
  } else refuse(`arg#${index} expected pointer to allocated object`)
  if (!register.refId) refuse("allocated object must be referenced")
  call.object = { btf: register.btf!, id: register.btfId }
}

/** An object that counts its references, in whatever way it is held. */
export function checkCounted(walk: Walk, call: KfuncCall, index: number, register: Register): void {
  if (!isAllocated(register))
    reject(walk, ERRNO.EINVAL, `arg#${index} is neither owning or non-owning ref`, "object")
  if (!(register.type & FLAG.NON_OWNING) && register.refId) call.owned = true
  if (!recordOf(walk, register).some(field => field.kind === "refcount"))
    reject(walk, ERRNO.EINVAL, `arg#${index} doesn't point to a type with bpf_refcount field`, "object")
  call.object = { btf: register.btf!, id: register.btfId }
}

/** What goes into a list or tree, the program must own. */
export function checkInsertable(walk: Walk, index: number, register: Register): void {
  if (register.type !== OWN_OBJECT)
    reject(walk, ERRNO.EINVAL, `arg#${index} expected pointer to allocated object`, "object")
  if (!register.refId) reject(walk, ERRNO.EINVAL, "allocated object must be referenced", "object")
}

/** What is taken out of a tree, the tree owns. */
export function checkRemovable(walk: Walk, register: Register): void {
  if (!(register.type & FLAG.NON_OWNING) || register.refId)
    reject(walk, ERRNO.EINVAL, "rbtree_remove node input must be non-owning ref", "object")
  if (inTreeCallback(walk)) reject(walk, ERRNO.EINVAL, "rbtree_remove not allowed in rbtree cb", "object")
}

/** Marks that make a pointer unsafe to hand on. */
const UNSAFE = ~0xff & ~(FLAG.TRUSTED | FLAG.NON_OWNING | FLAG.ALLOCATED)
/** Kernel structures that programs see as their own context. */
const PROJECTIONS: Readonly<Record<string, string>> = { __sk_buff: "sk_buff", xdp_md: "xdp_buff" }

/** A kernel object of the type that the prototype asks for. */
export function checkObject(
  walk: Walk,
  call: KfuncCall,
  index: number,
  target: TypeId,
  register: Register,
): void {
  const { btf, name } = call.kfunc
  const number = index + 1
  const base = baseType(register.type)
  const isBtf = base === TYPE.BTF_ID
  const unsafe = !isBtf || ((register.type & UNSAFE) !== 0 && !isRcuProtected(register))
  if (unsafe && OWN_STRUCTS[base] === undefined)
    reject(
      walk,
      ERRNO.EINVAL,
      `arg#${index} is ${typeName(register.type)} expected ${typeName(base | (register.type & (FLAG.TRUSTED | FLAG.NON_OWNING | FLAG.ALLOCATED)))} or socket`,
      "argument-type",
    )
  const givenBtf = isBtf ? register.btf! : walk.kernel.btf
  const givenId = isBtf ? register.btfId : walk.kernel.btf.find(OWN_STRUCTS[base]!, "struct")
  if (givenId === undefined) unsupported(`kernels without struct ${OWN_STRUCTS[base]}`)
  const nameOf = (type: ReturnType<typeof btf.type>) => ("name" in type ? type.name : "")
  const given = nameOf(givenBtf.type(givenId))
  const wanted = nameOf(btf.type(target))
  const strict = (call.kfunc.has("release") && register.refId !== 0) || isUninitialisedTwin(given, wanted)
  if (structsMatch(walk, givenBtf, givenId, register.off, btf, target, strict)) return
  if (PROJECTIONS[wanted] === given) return
  reject(
    walk,
    ERRNO.EINVAL,
    `kernel function ${name} args#${index} expected pointer to ${kindText(btf, target)} ${wanted} but R${number} has a pointer to ${kindText(givenBtf, givenId as TypeId)} ${given}`,
    "argument-type",
  )
}

/** Some objects have a type of their own until they are set up, which must not pass for the other. */
function isUninitialisedTwin(a: string, b: string): boolean {
  return a === `${b}___init` || b === `${a}___init`
}
