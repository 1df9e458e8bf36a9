import type { Btf } from "../btf.ts"
import type { TypeId } from "../types.ts"
import { MAX_LEVELS, tooDeep } from "./agreement.ts"
import type { Effort } from "./effort.ts"
import { essentialName, sameEssentialName } from "./essential-name.ts"
import { type CompositeType, type EnumType, isEnum, resolved } from "./type-kinds.ts"

/** Two sets of types that are compared. */
export interface TypePair {
  readonly local: Btf
  readonly target: Btf
  readonly effort: Effort
}

/**
 * Whether a local type is a fair picture of the target's: what it has, the target has too, under the same name and
 * of the same size; the target may have more (libbpf's `bpf_core_types_match`). Behind a pointer the names of
 * structs are enough.
 */
export function typesMatch(pair: TypePair, localId: TypeId, targetId: TypeId): boolean {
  return matches(pair, localId, targetId, false, MAX_LEVELS)
}

function matches(pair: TypePair, localId: TypeId, targetId: TypeId, behind: boolean, level: number): boolean {
  if (level <= 0) throw tooDeep()
  let behindPointer = behind
  let one = resolved(pair.local, localId).type
  let other = resolved(pair.target, targetId).type
  for (let hops = 0; hops < MAX_LEVELS; hops++) {
    pair.effort.spend()
    if (!namesMatch(one?.name ?? "", other?.name ?? "")) return false
    switch (one?.kind) {
      case undefined:
        return other === undefined
      case "fwd":
        if (other?.kind === "fwd") return one.aggregate === other.aggregate
        return behindPointer && one.aggregate === other?.kind
      case "enum":
      case "enum64":
        return isEnum(other) && enumeratorsMatch(one, other)
      case "struct":
      case "union":
        if (one.kind === other?.kind) {
          return behindPointer || membersMatch(pair, one, other as CompositeType, level)
        }
        return behindPointer && other?.kind === "fwd" && other.aggregate === one.kind
      case "int":
        if (other?.kind !== "int" || one.size !== other.size) return false
        return (one.encoding === "signed") === (other.encoding === "signed")
      case "ptr":
        if (other?.kind !== "ptr") return false
        behindPointer = true
        one = resolved(pair.local, one.type).type
        other = resolved(pair.target, other.type).type
        break
      case "array":
        if (other?.kind !== "array" || one.length !== other.length) return false
        one = resolved(pair.local, one.element).type
        other = resolved(pair.target, other.element).type
        break
      case "func_proto": {
        if (other?.kind !== "func_proto" || one.params.length !== other.params.length) return false
        const theirs = other.params
        const agree = one.params.every((param, index) =>
          matches(pair, param.type, theirs[index]!.type, behindPointer, level - 1),
        )
        if (!agree) return false
        one = resolved(pair.local, one.returns).type
        other = resolved(pair.target, other.returns).type
        break
      }
      default:
        // Floats too: libbpf knows no rule for them here.
        return false
    }
  }
  throw tooDeep()
}

function membersMatch(pair: TypePair, one: CompositeType, other: CompositeType, level: number): boolean {
  if (one.members.length > other.members.length) return false
  return one.members.every(member =>
    other.members.some(theirs => {
      pair.effort.spend()
      return namesMatch(member.name, theirs.name) && matches(pair, member.type, theirs.type, false, level - 1)
    }),
  )
}

/** By name alone: values may differ, and an enum may match one of 64-bit kind when both have the same size. */
function enumeratorsMatch(one: EnumType, other: EnumType): boolean {
  if (one.size !== other.size || one.values.length > other.values.length) return false
  const names = new Set(other.values.map(({ name }) => essentialName(name)))
  return one.values.every(({ name }) => names.has(essentialName(name)))
}

function namesMatch(one: string, other: string): boolean {
  if (one === "" || other === "") return one === other
  return sameEssentialName(one, other)
}
