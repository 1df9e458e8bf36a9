import type { ArchitectureName } from "../architectures.ts"
import type { AttachTypeName } from "../attach-types.ts"
import type { ProgramTypeName } from "../program-types.ts"
import type { Release } from "../releases.ts"
import { fieldAccess } from "./access.ts"
import type { ContextField } from "./layout.ts"
import type { ContextAnswer, ContextQuestion } from "./question.ts"
import {
  CONTEXT_LAYOUTS,
  type ContextCondition,
  contextLayout,
  PROGRAM_CONTEXTS,
  type ProgramContext,
} from "./rules.ts"

/** One field of a context as one kind of program sees it. */
export interface VisibleField {
  readonly field: ContextField
  readonly read: ContextAnswer
  readonly write: ContextAnswer
  /** What its access depends on, met or not. */
  readonly conditions: readonly ContextCondition[]
}

export interface ContextSubject {
  readonly programType: ProgramTypeName
  readonly attachType?: AttachTypeName | undefined
  readonly release: Release
  /** x86-64 unless told. */
  readonly architecture?: ArchitectureName | undefined
  readonly bpfCapable?: boolean
}

/** The C type that register r1 points to at entry, as a program declares it. */
export function contextType(programType: ProgramTypeName): string {
  const context: ProgramContext = PROGRAM_CONTEXTS[programType]
  switch (context.kind) {
    case "structure":
      return `${CONTEXT_LAYOUTS[context.layout].type} *`
    case "record":
      return "struct of the event's format *"
    case "words":
    case "arguments":
      return "u64[]"
    case "memory":
      return "void *"
    case "extended":
      return "as the program that it extends"
    default:
      return context satisfies never
  }
}

/**
 * The fields that programs of this type may read or write on the release, each with the answer for an access
 * to the whole of its first element. Empty for contexts without named fields.
 */
export function contextFields(subject: ContextSubject): readonly VisibleField[] {
  const context: ProgramContext = PROGRAM_CONTEXTS[subject.programType]
  if (context.kind !== "structure") return []
  const fields: readonly ContextField[] = contextLayout(context.layout, subject.architecture).fields
  const conditions: readonly ContextCondition[] = context.conditions
  return fields
    .map(field => {
      const whole = { ...subject, offset: field.offset, size: field.size as ContextQuestion["size"] }
      return {
        field,
        read: fieldAccess(context, field, { ...whole, access: "read" }),
        write: fieldAccess(context, field, { ...whole, access: "write" }),
        conditions: conditions.filter(condition => condition.fields.includes(field.name)),
      }
    })
    .filter(({ read, write }) => read.allowed || write.allowed)
}
