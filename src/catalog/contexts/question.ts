import type { ArchitectureName } from "../architectures.ts"
import type { AttachTypeName } from "../attach-types.ts"
import type { ProgramTypeName } from "../program-types.ts"
import type { Release } from "../releases.ts"
import type { ContextField, LoadedValue } from "./layout.ts"
import type { FunctionSignature } from "./signature.ts"

/** One load or store through the context pointer. */
export interface ContextQuestion {
  readonly programType: ProgramTypeName
  /** The expected attach type that the program is loaded with. */
  readonly attachType?: AttachTypeName | undefined
  readonly release: Release
  /** x86-64 unless told. */
  readonly architecture?: ArchitectureName | undefined
  readonly offset: number
  readonly size: 1 | 2 | 4 | 8
  readonly access: "read" | "write"
  /** A load that extends the sign (6.6), or a store of an immediate (allowed on contexts since 6.4). */
  readonly form?: "plain" | "signExtending" | "immediate"
  /** False for a program loaded without CAP_BPF. */
  readonly bpfCapable?: boolean
  /** What a tracing, lsm or struct_ops program stands on. */
  readonly target?: FunctionSignature | undefined
  /** For struct_ops: the structure of operations. */
  readonly operations?: string | undefined
  /** For ext: the type of the program that it extends. */
  readonly extends?: ProgramTypeName | undefined
}

/** Which kind of rule refused. */
export type ContextRule =
  | "instruction"
  | "range"
  | "alignment"
  | "hidden"
  | "readOnly"
  | "shape"
  | "attachType"
  | "capability"
  | "release"
  | "target"

export type ContextAnswer =
  | {
      readonly allowed: true
      /** Undefined where the context has no named fields, or its words are arguments. */
      readonly field: ContextField | undefined
      /** Index of the array element or argument. */
      readonly element: number
      /** What the register holds after a load; undefined for stores. */
      readonly value: LoadedValue | undefined
      /** What the verifier's log says besides. */
      readonly log: readonly string[]
    }
  | {
      readonly allowed: false
      readonly rule: ContextRule
      readonly field: ContextField | undefined
      /** The rule in words. */
      readonly reason: string
      readonly log: readonly string[]
    }

export function refuse(
  rule: ContextRule,
  reason: string,
  field: ContextField | undefined,
  log: readonly string[],
): ContextAnswer {
  return { allowed: false, rule, field, reason, log }
}

/** A refusal with the line that the verifier's log ends with; `before` stands before it. */
export function invalid(
  { offset, size }: ContextQuestion,
  rule: ContextRule,
  reason: string,
  field?: ContextField,
  before: readonly string[] = [],
): ContextAnswer {
  return refuse(rule, reason, field, [...before, `invalid bpf_context access off=${offset} size=${size}`])
}
