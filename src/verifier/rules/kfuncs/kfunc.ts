import type { Btf, BtfParam, BtfTypeOf } from "../../../btf/index.ts"
import { kfuncAllowed } from "../../../catalog/details.ts"
import { type KfuncFlag, type KfuncRow, kfunc } from "../../../catalog/index.ts"
import type { Instruction } from "../../../isa/index.ts"
import type { MapFacts } from "../../program.ts"
import { ERRNO, reject, unsupported } from "../../reject.ts"
import type { DynptrKind } from "../../state/slots.ts"
import type { Walk } from "../../walk/walk.ts"
import type { GraphRoot } from "../graphs/root.ts"
import type { IteratorPlace } from "../iterators.ts"
import { mayCallSleepable } from "../trust.ts"

/** A kernel function that is called: its row of the catalogue and its prototype from the kernel's BTF. */
export interface Kfunc {
  readonly name: string
  readonly btfId: number
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
  /** How many bytes the result may be read or written; 0 when the type says so. */
  resultSize: number
  resultReadOnly: boolean
  /** Where the iterator among the arguments lies. */
  iterator: IteratorPlace | undefined
  /** The function of the program among the arguments. */
  callback: number
  /** The type of an object of the program's own. */
  object: { readonly btf: Btf; readonly id: number } | undefined
  /** Whether it was passed with the reference that owns it. */
  owned: boolean
  root: GraphRoot | undefined
  map: MapFacts | undefined
  mapUid: number
  /** The dynptr that was there before the call. */
  dynptr: { readonly id: number; readonly kind: DynptrKind; readonly refId: number } | undefined
}

export function newCall(kfunc: Kfunc): KfuncCall {
  return {
    kfunc,
    refId: 0,
    releases: 0,
    constant: undefined,
    resultSize: 0,
    resultReadOnly: false,
    iterator: undefined,
    callback: -1,
    object: undefined,
    owned: false,
    root: undefined,
    map: undefined,
    mapUid: 0,
    dynptr: undefined,
  }
}

/** Kfuncs of releases whose rules are not 6.12's. */
const UNSUPPORTED = /^bpf_(res_spin|task_work|dynptr_from_file|dynptr_file_discard|local_irq)/

/** Finds the function of a call and asks whether this program may call it. */
export function calledKfunc(walk: Walk, { off }: Instruction): Kfunc {
  const reference = walk.program.references.get(walk.at)
  if (reference?.kind !== "kfunc" || off !== 0) unsupported("kfuncs of modules")
  const { name, btfId } = reference
  const { btf } = walk.kernel
  const row = kfunc(name)
  const declared = btf.typeOf(btfId, "func")
  const prototype = declared && btf.typeOf(declared.type, "func_proto")
  if (!row || !prototype) unsupported(`kfunc ${name}`)
  checkAllowed(walk, row)
  if (UNSUPPORTED.test(name) || row.flags.includes("implicitArgs")) unsupported(`kfunc ${name}`)
  const released = row.flags.includes("release")
  const has = (flag: KfuncFlag) => row.flags.includes(flag) || (flag === "trustedArgs" && released)
  return { name, btfId, row, btf, prototype, has }
}

function checkAllowed(walk: Walk, row: KfuncRow): void {
  const { type, attachType } = walk.program
  const verdict = kfuncAllowed(row, {
    programType: type,
    attachType,
    release: walk.kernel.release,
    sleepable: mayCallSleepable(walk),
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
