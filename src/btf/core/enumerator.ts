import { RelocationError } from "../../base/index.ts"
import type { Btf } from "../btf.ts"
import type { BtfEnumerator, TypeId } from "../types.ts"
import { essentialName } from "./essential-name.ts"
import { type EnumType, isEnum, resolved } from "./type-kinds.ts"

/** An enumerator together with the enum that holds it. */
export interface EnumeratorPlace {
  readonly type: EnumType
  readonly index: number
  readonly enumerator: BtfEnumerator
}

/** The enumerator that a program names by its index; throws RelocationError. */
export function localEnumerator(btf: Btf, root: TypeId, raw: readonly number[]): EnumeratorPlace {
  const { type } = resolved(btf, root)
  if (!isEnum(type)) throw new RelocationError(`${btf.label}: ${btf.nameOf(root)} is no enum`)
  const index = raw[0]!
  const enumerator = type.values[index]
  if (raw.length > 1 || !enumerator) {
    throw new RelocationError(
      `${btf.label}: access "${raw.join(":")}" names none of the ${type.values.length} values of ${btf.nameOf(root)}`,
    )
  }
  return { type, index, enumerator }
}

/** The enumerator of that name, flavours aside, in a candidate. */
export function matchEnumerator(name: string, btf: Btf, root: TypeId): EnumeratorPlace | undefined {
  const { type } = resolved(btf, root)
  if (!isEnum(type)) return undefined
  const essential = essentialName(name)
  const index = type.values.findIndex(value => essentialName(value.name) === essential)
  const enumerator = type.values[index]
  return enumerator && { type, index, enumerator }
}

/** As 64 bits. libbpf reads 32-bit enumerators as signed, whatever their enum says. */
export function enumeratorValue({ type, enumerator }: EnumeratorPlace): bigint {
  return BigInt.asUintN(64, type.kind === "enum" ? BigInt.asIntN(32, enumerator.value) : enumerator.value)
}
