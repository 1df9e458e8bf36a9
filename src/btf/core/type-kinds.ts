import type { Btf } from "../btf.ts"
import type { BtfType, BtfTypeOf, TypeId } from "../types.ts"

export type EnumType = BtfTypeOf<"enum"> | BtfTypeOf<"enum64">
export type CompositeType = BtfTypeOf<"struct"> | BtfTypeOf<"union">

/** A type with its id, typedefs and qualifiers taken off; `type` is undefined for void. */
export interface Resolved {
  readonly id: TypeId
  readonly type: BtfType | undefined
}

export function resolved(btf: Btf, id: TypeId): Resolved {
  const target = btf.resolve(id)
  return { id: target, type: btf.isVoid(target) ? undefined : btf.type(target) }
}

export function isEnum(type: BtfType | undefined): type is EnumType {
  return type?.kind === "enum" || type?.kind === "enum64"
}

export function isComposite(type: BtfType | undefined): type is CompositeType {
  return type?.kind === "struct" || type?.kind === "union"
}

/** Kinds that CO-RE takes for each other: equal ones, and enums of 32 and 64 bits. Void goes with void. */
export function kindsAgree(one: BtfType | undefined, other: BtfType | undefined): boolean {
  return one?.kind === other?.kind || (isEnum(one) && isEnum(other))
}
