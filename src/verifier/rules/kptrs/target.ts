import type { Btf, SpecialField } from "../../../btf/index.ts"
import { reject } from "../../reject.ts"
import type { Register } from "../../state/register.ts"
import { baseType, FLAG, TYPE, typeName } from "../../state/register-type.ts"
import type { Walk } from "../../walk/walk.ts"
import { structsMatch } from "../btf-match.ts"
import { checkUnmoved } from "../context.ts"

/** A field that holds a pointer. */
export type KptrField = Extract<SpecialField, { kind: "pointer" }>

/** The structure that a field's pointer leads to: of the kernel, or of the program that `own` describes. */
export interface KptrTarget {
  readonly btf: Btf
  readonly id: number
  readonly name: string
}

export function kptrTarget(walk: Walk, { pointee }: KptrField, own: Btf): KptrTarget {
  if (pointee.owner === "program") {
    const name = own.typeOf(pointee.type, "struct")?.name ?? ""
    return { btf: own, id: pointee.type, name }
  }
  const { btf } = walk.kernel
  return { btf, id: btf.find(pointee.name, "struct")!, name: pointee.name }
}

/** Whether a register's pointer may be stored in a field. */
export function checkKptrMatch(
  walk: Walk,
  field: KptrField,
  target: KptrTarget,
  register: Register,
  number: number,
  errno: number,
): void {
  const { type } = register
  const unowned = field.ownership === "untrusted"
  const perCpu = field.ownership === "perCpu"
  const refuse = (name: string): never => {
    const expected = `${typeName(TYPE.BTF_ID)}${target.name}`
    const other = unowned ? ` or ${typeName(TYPE.BTF_ID | FLAG.UNTRUSTED)}${target.name}` : ""
    return reject(
      walk,
      errno,
      `invalid kptr access, R${number} type=${typeName(type)}${name} expected=${expected}${other}`,
      "kptr",
    )
  }
  if (baseType(type) !== TYPE.BTF_ID) refuse("")
  const isKernels = register.btf === walk.kernel.btf
  const allowed = isKernels
    ? FLAG.MAYBE_NULL | FLAG.TRUSTED | FLAG.RCU | (unowned ? FLAG.UNTRUSTED : 0)
    : FLAG.MAYBE_NULL | FLAG.ALLOCATED | (perCpu ? FLAG.PER_CPU : 0)
  if (type & ~0xff & ~allowed) refuse("")
  if (perCpu !== ((type & FLAG.PER_CPU) !== 0)) refuse("")
  const struct = register.btf!.type(register.btfId)
  checkUnmoved(walk, number, register, true)
  if (!structsMatch(walk, register.btf!, register.btfId, register.off, target.btf, target.id, !unowned))
    refuse("name" in struct ? struct.name : "")
}
