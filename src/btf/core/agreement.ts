import { RelocationError } from "../../base/index.ts"
import type { Btf } from "../btf.ts"
import type { TypeId } from "../types.ts"
import type { Effort } from "./effort.ts"
import { sameEssentialName } from "./essential-name.ts"
import { isComposite, kindsAgree, resolved } from "./type-kinds.ts"

/** libbpf gives up on chains of pointers and arrays, and on function types inside each other, of this length. */
export const MAX_LEVELS = 32

/**
 * Whether a field of one type can be read as the other: sizes and signs of integers, lengths of arrays and what
 * pointers lead to do not matter (libbpf's `bpf_core_fields_are_compat`).
 */
export function fieldsAgree(localBtf: Btf, localId: TypeId, btf: Btf, id: TypeId): boolean {
  let one = resolved(localBtf, localId).type
  let other = resolved(btf, id).type
  for (let level = 0; level < MAX_LEVELS * 4; level++) {
    if (isComposite(one) && isComposite(other)) return true
    if (!one || !other || !kindsAgree(one, other)) return false
    switch (one.kind) {
      case "ptr":
      case "float":
        return true
      case "fwd":
      case "enum":
      case "enum64":
        return one.name === "" || other.name === "" || sameEssentialName(one.name, other.name)
      case "int":
        return other.kind === "int" && one.bitOffset === 0 && other.bitOffset === 0
      case "array":
        if (other.kind !== "array") return false
        one = resolved(localBtf, one.element).type
        other = resolved(btf, other.element).type
        break
      default:
        return false
    }
  }
  throw new RelocationError(`arrays nest deeper than ${MAX_LEVELS * 4}`)
}

/**
 * Whether two whole types are of the same make: kinds of everything on the way agree, names below the root do not
 * matter (libbpf's `bpf_core_types_are_compat`). Used by all relocations of types except type_matches.
 */
export function typesAgree(
  localBtf: Btf,
  localId: TypeId,
  btf: Btf,
  id: TypeId,
  effort: Effort,
  level = MAX_LEVELS,
): boolean {
  if (localBtf.kindOf(localId) !== btf.kindOf(id)) {
    const bare = (blob: Btf, at: TypeId) => (blob.isVoid(at) ? undefined : blob.type(at))
    if (!kindsAgree(bare(localBtf, localId), bare(btf, id))) return false
  }
  let one = resolved(localBtf, localId).type
  let other = resolved(btf, id).type
  for (let hops = 0; hops < MAX_LEVELS; hops++) {
    effort.spend()
    if (!kindsAgree(one, other)) return false
    switch (one?.kind) {
      case undefined:
      case "struct":
      case "union":
      case "enum":
      case "enum64":
      case "fwd":
        return true
      case "int":
        return other?.kind === "int" && one.bitOffset === 0 && other.bitOffset === 0
      case "ptr":
        if (other?.kind !== "ptr") return false
        one = resolved(localBtf, one.type).type
        other = resolved(btf, other.type).type
        break
      case "array":
        if (other?.kind !== "array") return false
        one = resolved(localBtf, one.element).type
        other = resolved(btf, other.element).type
        break
      case "func_proto": {
        if (other?.kind !== "func_proto" || one.params.length !== other.params.length) return false
        for (const [index, param] of one.params.entries()) {
          if (level <= 0) throw tooDeep()
          const local = localBtf.resolve(param.type)
          const target = btf.resolve(other.params[index]!.type)
          if (!typesAgree(localBtf, local, btf, target, effort, level - 1)) return false
        }
        one = resolved(localBtf, one.returns).type
        other = resolved(btf, other.returns).type
        break
      }
      default:
        // Floats too: libbpf knows no rule for them here.
        return false
    }
  }
  throw tooDeep()
}

export function tooDeep(): RelocationError {
  return new RelocationError(`the types nest deeper than ${MAX_LEVELS} levels`)
}
