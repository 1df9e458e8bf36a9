import { RelocationError } from "../../base/index.ts"
import type { Btf } from "../btf.ts"
import type { BtfMember, BtfTypeOf, TypeId } from "../types.ts"
import { MAX_ACCESS_LENGTH } from "./access.ts"
import { fieldsAgree } from "./agreement.ts"
import type { Effort } from "./effort.ts"
import { isComposite, resolved } from "./type-kinds.ts"

/** One meaningful step of an access: a member by its name, or an element by its index. */
export type FieldStep =
  | {
      readonly kind: "member"
      readonly member: BtfMember
      /** It is the last of its struct, so an array without length there has as many elements as there is room for. */
      readonly last: boolean
    }
  | { readonly kind: "element"; readonly index: number; readonly type: TypeId }

/** Where an access leads inside one type. */
export interface FieldPath {
  readonly btf: Btf
  /** Anonymous structs and unions on the way are left out; the first step is an element of the root. */
  readonly steps: readonly FieldStep[]
  /** Every index on the way, those of anonymous members included. */
  readonly raw: readonly number[]
  /** From the start of the root, in bits. */
  readonly bitOffset: number
}

/** Follows the indexes of a program's own access through its own types; throws RelocationError where they lead astray. */
export function localPath(btf: Btf, root: TypeId, raw: readonly number[]): FieldPath {
  const first = btf.resolve(root)
  const steps: FieldStep[] = [{ kind: "element", index: raw[0]!, type: first }]
  let bitOffset = raw[0]! * btf.sizeOf(first) * 8
  let at = first
  raw.slice(1).forEach((index, position) => {
    const { id, type } = resolved(btf, at)
    if (isComposite(type)) {
      const member = type.members[index]
      if (!member)
        throw astray(btf, raw, position + 1, `${btf.nameOf(id)} has ${type.members.length} members`)
      bitOffset += member.bitOffset
      if (member.name !== "") {
        steps.push({ kind: "member", member, last: index === type.members.length - 1 })
      }
      at = member.type
    } else if (type?.kind === "array") {
      if (!reaches(steps.at(-1), type, index))
        throw astray(btf, raw, position + 1, `the array has ${type.length} elements`)
      at = btf.resolve(type.element)
      steps.push({ kind: "element", index, type: at })
      bitOffset += index * btf.sizeOf(at) * 8
    } else {
      throw astray(btf, raw, position + 1, `${btf.nameOf(id)} has neither members nor elements`)
    }
  })
  return { btf, steps, raw, bitOffset }
}

/**
 * Finds the counterpart of a local path in a candidate: members by name (also inside anonymous structs and unions),
 * elements by index, types in agreement. Undefined when the candidate has no such place.
 */
export function matchPath(local: FieldPath, btf: Btf, root: TypeId, effort: Effort): FieldPath | undefined {
  const trail = new Trail()
  const steps: FieldStep[] = []
  let at = btf.resolve(root)
  for (const [position, step] of local.steps.entries()) {
    if (step.kind === "member") {
      const found = findMember(local.btf, step.member, btf, at, trail, effort)
      if (!found) return undefined
      steps.push(found)
      at = btf.resolve(found.member.type)
      continue
    }
    if (position > 0) {
      const array = resolved(btf, at).type
      if (array?.kind !== "array" || !reaches(steps.at(-1), array, step.index)) return undefined
      at = btf.resolve(array.element)
    }
    trail.push(step.index, step.index * btf.sizeOf(at) * 8)
    steps.push({ kind: "element", index: step.index, type: at })
  }
  return { btf, steps, raw: trail.indexes, bitOffset: trail.bitOffset }
}

/** The way taken so far, with the steps of a try taken back. */
class Trail {
  readonly indexes: number[] = []
  bitOffset = 0

  push(index: number, bits: number): void {
    if (this.indexes.length === MAX_ACCESS_LENGTH)
      throw new RelocationError(`the target nests structs and arrays deeper than ${MAX_ACCESS_LENGTH}`)
    this.indexes.push(index)
    this.bitOffset += bits
  }

  pop(bits: number): void {
    this.indexes.pop()
    this.bitOffset -= bits
  }
}

type MemberStep = Extract<FieldStep, { kind: "member" }>

function findMember(
  localBtf: Btf,
  wanted: BtfMember,
  btf: Btf,
  id: TypeId,
  trail: Trail,
  effort: Effort,
): MemberStep | undefined {
  const { type } = resolved(btf, id)
  if (!isComposite(type)) return undefined
  for (const [index, member] of type.members.entries()) {
    effort.spend()
    // Also for members that are passed over, as libbpf's `bpf_core_match_member` counts them.
    trail.push(index, member.bitOffset)
    if (member.name === "") {
      const found = findMember(localBtf, wanted, btf, member.type, trail, effort)
      if (found) return found
    } else if (member.name === wanted.name) {
      if (!fieldsAgree(localBtf, wanted.type, btf, member.type)) {
        trail.pop(member.bitOffset)
        return undefined
      }
      return { kind: "member", member, last: index === type.members.length - 1 }
    }
    trail.pop(member.bitOffset)
  }
  return undefined
}

/** Whether an array has the element; the last member of a struct may be a flexible array. */
function reaches(before: FieldStep | undefined, array: BtfTypeOf<"array">, index: number): boolean {
  if (index < array.length) return true
  return array.length === 0 && before?.kind === "member" && before.last
}

function astray(btf: Btf, raw: readonly number[], position: number, why: string): RelocationError {
  return new RelocationError(
    `${btf.label}: access "${raw.join(":")}" goes astray at index ${raw[position]} (step ${position}): ${why}`,
  )
}
