import { BtfError, RelocationError } from "../../base/index.ts"
import type { Btf } from "../btf.ts"
import type { CoreKind, CoreRelocation } from "../btf-ext.ts"
import type { TypeId } from "../types.ts"
import { parseAccess } from "./access.ts"
import { typesAgree } from "./agreement.ts"
import { type CoreCandidate, type CoreTarget, findCandidates } from "./candidates.ts"
import { describeCore } from "./describe.ts"
import { Effort } from "./effort.ts"
import { type EnumeratorPlace, enumeratorValue, localEnumerator, matchEnumerator } from "./enumerator.ts"
import { type FieldPath, localPath, matchPath } from "./field-path.ts"
import { type FieldKind, type FieldMemory, fieldValue } from "./field-value.ts"
import { typesMatch } from "./type-match.ts"

/** What the target makes of a relocation. */
export type CoreResult =
  | {
      readonly kind: "value"
      /** What the instruction holds as compiled, as 64 unsigned bits. */
      readonly original: bigint
      /** What it must hold, as 64 unsigned bits. */
      readonly value: bigint
      /** Whether the instruction must hold `original`: not for bitfields and type ids, where compilers have a choice. */
      readonly validate: boolean
      /** What a load or store at the place needs; undefined for everything that is no offset of a field. */
      readonly memory: CoreMemory | undefined
    }
  /** The target has no such thing: the instruction must never be reached. */
  | { readonly kind: "poison"; readonly reason: string }

/** Bytes that a load or store touches, as compiled and in the target; 0 for a bitfield. */
export interface CoreMemory {
  readonly originalSize: number
  readonly size: number
  /** Whether a load of the other size gives the same value: pointers and unsigned integers only. */
  readonly adjustable: boolean
}

/**
 * Answers one relocation: the candidates are all types of the target with the local type's name (flavours aside)
 * and kind; all that match must give the same answer. Follows libbpf 1.8 (`bpf_core_calc_relo_insn`).
 * Throws RelocationError for a malformed record and for candidates that contradict each other.
 */
export function resolveCore(local: Btf, record: CoreRelocation, target: CoreTarget): CoreResult {
  return new CoreResolver(local, target).resolve(record)
}

/**
 * Answers the relocations of one object in their order, with libbpf's memory: a candidate that did not match where
 * another one did is no candidate for later relocations of the same local type.
 */
export class CoreResolver {
  readonly #local: Btf
  readonly #target: CoreTarget
  readonly #candidates = new Map<TypeId, readonly CoreCandidate[]>()

  constructor(local: Btf, target: CoreTarget) {
    this.#local = local
    this.#target = target
  }

  resolve(record: CoreRelocation): CoreResult {
    try {
      return this.#resolve(record)
    } catch (error) {
      if (!(error instanceof BtfError)) throw error
      throw new RelocationError(`CO-RE relocation ${record.kind} of "${record.access}": ${error.message}`, {
        cause: error,
      })
    }
  }

  #resolve(record: CoreRelocation): CoreResult {
    const { kind, type: root } = record
    const question = askFor(this.#local, record)
    if (kind === "type_id_local") {
      const id = BigInt(root)
      return { kind: "value", original: id, value: id, validate: false, memory: undefined }
    }
    const name = this.#local.type(root).name
    if (name === "") {
      throw new RelocationError(
        `${describeCore(this.#local, record)}: only types with a name can be found in the target`,
        { hint: "give the type a name, or access it through a typedef" },
      )
    }
    const candidates = this.#candidates.get(root) ?? this.#search(root, name)
    const effort = new Effort()
    const matching: CoreCandidate[] = []
    let agreed: CandidateAnswer | undefined
    for (const candidate of candidates) {
      const answer = question.ask(candidate, effort)
      if (!answer) continue
      matching.push(candidate)
      if (agreed) this.#checkAgreement(record, agreed, answer, candidate)
      else agreed = answer
    }
    this.#candidates.set(root, matching.length > 0 ? matching : candidates)
    return question.result(agreed, () => this.#absence(record, name, candidates))
  }

  #search(root: TypeId, name: string): readonly CoreCandidate[] {
    return findCandidates(this.#target, name, this.#local.type(root).kind)
  }

  #checkAgreement(
    record: CoreRelocation,
    first: CandidateAnswer,
    answer: CandidateAnswer,
    { btf, id }: CoreCandidate,
  ): void {
    if (first.bitOffset === answer.bitOffset && first.value === answer.value) return
    const shown = ({ bitOffset, value }: CandidateAnswer) =>
      bitOffset === undefined || first.bitOffset === answer.bitOffset ? `${value}` : `bit ${bitOffset}`
    throw new RelocationError(
      `${describeCore(this.#local, record)}: candidates contradict each other: ${shown(first)}, ` +
        `but ${shown(answer)} in ${btf.label} type [${id}] ${btf.type(id).name}`,
      {
        hint: "the target has several types of this name: narrow the local type down to what only one of them has",
      },
    )
  }

  #absence(record: CoreRelocation, name: string, candidates: readonly CoreCandidate[]): string {
    if (candidates.length > 0) return `the target's ${name} has no match`
    return `the target has no ${this.#local.type(record.type).kind} ${name}`
  }
}

/** One candidate's answer; answers must be equal in every part except `memory`. */
interface CandidateAnswer {
  readonly value: bigint
  /** Of a field. */
  readonly bitOffset: number | undefined
  readonly memory: FieldMemory | undefined
}

/** A relocation understood in the program's own types. */
interface Question {
  ask(candidate: CoreCandidate, effort: Effort): CandidateAnswer | undefined
  result(answer: CandidateAnswer | undefined, reason: () => string): CoreResult
}

function askFor(local: Btf, record: CoreRelocation): Question {
  const { kind, type: root, access } = record
  switch (kind) {
    case "field_byte_offset":
    case "field_byte_size":
    case "field_exists":
    case "field_signed":
    case "field_lshift_u64":
    case "field_rshift_u64":
      return fieldQuestion(kind, localPath(local, root, parseAccess(access)))
    case "enumval_exists":
    case "enumval_value":
      return enumeratorQuestion(kind, localEnumerator(local, root, parseAccess(access)))
    case "type_id_local":
    case "type_id_target":
    case "type_exists":
    case "type_size":
    case "type_matches":
      if (access !== "0") {
        throw new RelocationError(
          `${local.label}: ${kind} has access ${JSON.stringify(access)}, it must be "0"`,
        )
      }
      return typeQuestion(kind, local, root)
    default:
      return kind satisfies never
  }
}

function fieldQuestion(kind: FieldKind, local: FieldPath): Question {
  const find = ({ btf, id }: CoreCandidate, effort: Effort) => matchPath(local, btf, id, effort)
  if (kind === "field_exists") {
    return {
      ask(candidate, effort) {
        const path = find(candidate, effort)
        return path && { value: 1n, bitOffset: path.bitOffset, memory: undefined }
      },
      result: answer => found(1n, answer?.value ?? 0n, true),
    }
  }
  const original = fieldValue(kind, local)
  return {
    ask(candidate, effort) {
      const path = find(candidate, effort)
      return path && { ...fieldValue(kind, path), bitOffset: path.bitOffset }
    },
    result(answer, reason) {
      if (!answer) return { kind: "poison", reason: reason() }
      const memory = kind === "field_byte_offset" ? joinMemory(original.memory, answer.memory) : undefined
      return { ...found(original.value, answer.value, original.certain), memory }
    },
  }
}

function joinMemory(original: FieldMemory | undefined, target: FieldMemory | undefined): CoreMemory {
  return {
    originalSize: original?.size ?? 0,
    size: target?.size ?? 0,
    adjustable:
      original !== undefined && original.extends !== "other" && original.extends === target?.extends,
  }
}

function enumeratorQuestion(kind: "enumval_exists" | "enumval_value", local: EnumeratorPlace): Question {
  const find = ({ btf, id }: CoreCandidate) => matchEnumerator(local.enumerator.name, btf, id)
  if (kind === "enumval_exists") {
    return {
      ask: candidate => find(candidate) && { value: 1n, bitOffset: undefined, memory: undefined },
      result: answer => found(1n, answer?.value ?? 0n, true),
    }
  }
  return {
    ask(candidate) {
      const place = find(candidate)
      return place && { value: enumeratorValue(place), bitOffset: undefined, memory: undefined }
    },
    result(answer, reason) {
      if (!answer) return { kind: "poison", reason: reason() }
      return found(enumeratorValue(local), answer.value, true)
    },
  }
}

type TypeKind = Exclude<Extract<CoreKind, `type_${string}`>, "type_id_local">

/** Types that are not there are no failure: the answer is 0. */
function typeQuestion(kind: TypeKind | "type_id_local", local: Btf, root: TypeId): Question {
  return {
    ask({ btf, id }, effort) {
      const agrees =
        kind === "type_matches"
          ? typesMatch({ local, target: btf, effort }, root, id)
          : typesAgree(local, root, btf, id, effort)
      return agrees ? { value: typeValue(kind, btf, id), bitOffset: undefined, memory: undefined } : undefined
    },
    result: answer => found(typeValue(kind, local, root), answer?.value ?? 0n, kind !== "type_id_target"),
  }
}

function typeValue(kind: TypeKind | "type_id_local", btf: Btf, id: TypeId): bigint {
  switch (kind) {
    case "type_id_local":
    case "type_id_target":
      return BigInt(id)
    case "type_exists":
    case "type_matches":
      return 1n
    case "type_size":
      return BigInt(btf.sizeOf(id))
    default:
      return kind satisfies never
  }
}

function found(original: bigint, value: bigint, validate: boolean): CoreResult & { kind: "value" } {
  return { kind: "value", original, value, validate, memory: undefined }
}
