import type { Btf, BtfParam, BtfTypeOf } from "../../../btf/index.ts"
import { kfuncAllowed } from "../../../catalog/details.ts"
import { type KfuncFlag, type KfuncRow, kfunc } from "../../../catalog/index.ts"
import type { Instruction } from "../../../isa/index.ts"
import { ERRNO, reject, unsupported } from "../../reject.ts"
import type { Walk } from "../../walk/walk.ts"

/** A kernel function that is called: its row of the catalogue and its prototype from the kernel's BTF. */
export interface Kfunc {
  readonly name: string
  readonly row: KfuncRow
  readonly btf: Btf
  readonly prototype: BtfTypeOf<"func_proto">
  has(flag: KfuncFlag): boolean
}

/** What a call learns of its arguments. */
export interface KfuncCall {
  readonly kfunc: Kfunc
  refId: number
  /** The register whose reference is given back; 0 for none. */
  releases: number
  /** A constant that decides the result: a size, or a type. */
  constant: bigint | undefined
  /** Where the iterator among the arguments lies. */
  iterator: { readonly frame: number; readonly slot: number; readonly slots: number } | undefined
}

/** What works on objects of the program's own, on arenas, or ends the program is not built yet. */
const UNSUPPORTED =
  /^bpf_(obj_|percpu_obj_|refcount_|list_|rbtree_|throw|arena_|dynptr_|wq_|crypto_|iter_css|iter_task|kfunc_call_test|res_spin)/

/** Finds the function of a call and asks whether this program may call it. */
export function calledKfunc(walk: Walk, { off }: Instruction): Kfunc {
  const reference = walk.program.references.get(walk.at)
  if (reference?.kind !== "kfunc" || off !== 0) unsupported("kfuncs of modules")
  const { name } = reference
  const { btf } = walk.kernel
  const row = kfunc(name)
  const declared = btf.typeOf(reference.btfId, "func")
  const prototype = declared && btf.typeOf(declared.type, "func_proto")
  if (!row || !prototype) unsupported(`kfunc ${name}`)
  checkAllowed(walk, row)
  if (UNSUPPORTED.test(name)) unsupported(`kfunc ${name}`)
  const released = row.flags.includes("release")
  const has = (flag: KfuncFlag) => row.flags.includes(flag) || (flag === "trustedArgs" && released)
  return { name, row, btf, prototype, has }
}

function checkAllowed(walk: Walk, row: KfuncRow): void {
  const { type, attachType, sleepable } = walk.program
  const verdict = kfuncAllowed(row, {
    programType: type,
    attachType,
    release: walk.kernel.release,
    sleepable,
  })
  if (verdict.allowed) return
  const { name } = row
  if (verdict.refusal === "sleepable")
    reject(walk, ERRNO.EACCES, `program must be sleepable to call sleepable kfunc ${name}`, "sleepable")
  if (verdict.refusal === "deviceBound")
    reject(walk, ERRNO.EINVAL, "metadata kfuncs require device-bound program", "kfunc-not-allowed")
  reject(walk, ERRNO.EACCES, `calling kernel function ${name} is not allowed`, "kfunc-not-allowed")
}

/** The kernel marks arguments by the ends of their names: "data__sz". */
export function hasSuffix(param: BtfParam | undefined, suffix: string): boolean {
  return param?.name.endsWith(suffix) ?? false
}
