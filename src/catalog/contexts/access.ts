import { effectiveAttachType } from "../load-rules.ts"
import { isSince } from "../releases.ts"
import { argumentAccess } from "./argument-access.ts"
import { type ContextField, fieldBytes, fitsShape, type LoadedValue } from "./layout.ts"
import { type ContextAnswer, type ContextQuestion, invalid, refuse } from "./question.ts"
import {
  type ContextCondition,
  contextLayout,
  PROGRAM_CONTEXTS,
  type ProgramContext,
  type StructureContext,
} from "./rules.ts"

const SCALAR = { kind: "scalar" } as const satisfies LoadedValue

/**
 * Whether a program may access its context so, and what a load gives: `is_valid_access` of each program
 * type's verifier operations (net/core/filter.c, kernel/trace/bpf_trace.c, kernel/bpf/cgroup.c,
 * kernel/bpf/btf.c and others). Measured for every offset on 6.1 and 6.12; rows say what later releases add.
 */
export function contextAccess(question: ContextQuestion): ContextAnswer {
  const { access, form = "plain", release } = question
  if (form === "immediate" && access === "write" && !isSince("6.4", release))
    return refuse("instruction", "storing an immediate into a context came with 6.4", undefined, [
      "BPF_ST stores into R1 ctx is not allowed",
    ])
  if (form === "signExtending" && !isSince("6.6", release))
    return refuse("instruction", "sign-extending loads came with 6.6", undefined, [
      "BPF_LDX uses reserved fields",
    ])
  const context: ProgramContext = PROGRAM_CONTEXTS[question.programType]
  switch (context.kind) {
    case "structure":
      return structureAccess(context, question)
    case "record":
      return recordAccess(context, question)
    case "words":
      return wordAccess(context, question)
    case "arguments":
      return argumentAccess(context.most, question)
    case "memory":
      return memoryAccess(context.end, question)
    case "extended":
      if (question.extends === undefined || question.extends === "ext")
        throw new TypeError(
          "context of ext: it is that of the program it extends, pass its type as `extends`",
        )
      return contextAccess({ ...question, programType: question.extends })
    default:
      return context satisfies never
  }
}

function structureAccess(context: StructureContext, question: ContextQuestion): ContextAnswer {
  const { offset, size, access } = question
  const layout = contextLayout(context.layout, question.architecture)
  if (offset < 0 || offset >= layout.size)
    return invalid(question, "range", `${layout.type} has ${layout.size} bytes`)
  if (offset % size !== 0)
    return invalid(question, "alignment", `offset ${offset} is not a multiple of ${size}`)
  let refusal: ContextAnswer | undefined
  for (const field of layout.fields) {
    if (offset < field.offset || offset >= field.offset + fieldBytes(field)) continue
    const answer = fieldAccess(context, field, question)
    if (answer.allowed) return answer
    // Of fields that share bytes, the one that could be written says why a store is refused.
    if (refusal === undefined || (access === "write" && names(context.writable).includes(field.name)))
      refusal = answer
  }
  return refusal ?? invalid(question, "hidden", `${layout.type} has no field at offset ${offset}`)
}

/** The answer for one field of the structure, whatever else shares its bytes; the access lies inside it. */
export function fieldAccess(
  context: StructureContext,
  field: ContextField,
  question: ContextQuestion,
): ContextAnswer {
  const { programType, release, offset, size, access } = question
  if (!isSince(field.since, release))
    return invalid(question, "release", `${field.name} came with ${field.since}`, field)
  if (names(context.hidden).includes(field.name))
    return invalid(question, "hidden", `${programType} programs do not see ${field.name}`, field)
  if (access === "write" && !names(context.writable).includes(field.name))
    return invalid(question, "readOnly", `${programType} programs may not write ${field.name}`, field)
  const conditions: readonly ContextCondition[] = context.conditions
  for (const condition of conditions) {
    if (!condition.fields.includes(field.name)) continue
    if (condition.access !== "both" && condition.access !== access) continue
    const broken = brokenCondition(condition, field, question)
    if (broken) return broken
  }
  const shape = access === "read" ? field.read : (field.write ?? field.read)
  if (!fitsShape(shape, field, offset, size))
    return invalid(question, "shape", `${access}s of ${field.name}: ${describeShape(field, access)}`, field)
  const value = field.value ?? SCALAR
  if (question.form === "signExtending" && value.kind !== "scalar")
    return invalid(question, "instruction", `${field.name} is a pointer: its sign is not to extend`, field)
  return {
    allowed: true,
    field,
    element: Math.floor((offset - field.offset) / field.size),
    value: access === "read" ? value : undefined,
    log: [],
  }
}

function brokenCondition(
  condition: ContextCondition,
  field: ContextField,
  question: ContextQuestion,
): ContextAnswer | undefined {
  const { attachTypes, capability, since } = condition
  const attachType = effectiveAttachType(question.programType, question.attachType)
  const verb = question.access === "read" ? "read" : "written"
  if (attachTypes && (attachType === undefined || !attachTypes.includes(attachType)))
    return invalid(
      question,
      "attachType",
      `${field.name} is ${verb} only with attach type ${attachTypes.join(", ")}`,
      field,
    )
  if (capability && question.bpfCapable === false)
    return invalid(question, "capability", `${field.name} is ${verb} only with ${capability}`, field)
  if (since !== undefined && !isSince(since, question.release))
    return invalid(question, "release", `${field.name} is ${verb} only since ${since}`, field)
  return undefined
}

/** The kernel compares the offset without sign on one side only, so that negative ones pass (6.1, 6.12). */
function recordAccess(record: { first: number; end: number }, question: ContextQuestion): ContextAnswer {
  const { offset, size, access } = question
  if ((offset >= 0 && offset < record.first) || offset >= record.end)
    return invalid(
      question,
      "range",
      `a record is read from byte ${record.first} to ${record.end}: the first hold the common fields`,
    )
  if (access === "write") return invalid(question, "readOnly", "a record is only read")
  if (offset % size !== 0)
    return invalid(question, "alignment", `offset ${offset} is not a multiple of ${size}`)
  return { allowed: true, field: undefined, element: 0, value: SCALAR, log: [] }
}

function wordAccess(words: { count: number; buffer: boolean }, question: ContextQuestion): ContextAnswer {
  const { offset, size, access } = question
  if (offset < 0 || offset >= words.count * 8)
    return invalid(question, "range", `a tracepoint has at most ${words.count} arguments`)
  if (access === "write") return invalid(question, "readOnly", "arguments are only read")
  if (offset % size !== 0)
    return invalid(question, "alignment", `offset ${offset} is not a multiple of ${size}`)
  const pointer = words.buffer && offset === 0
  if (pointer && size !== 8) return invalid(question, "shape", "the buffer's pointer is read whole")
  return {
    allowed: true,
    field: undefined,
    element: offset >> 3,
    value: pointer ? { kind: "tracepointBuffer" } : SCALAR,
    log: [],
  }
}

function memoryAccess(end: number, question: ContextQuestion): ContextAnswer {
  const { offset, size, access } = question
  if (offset < 0 || offset >= end) return invalid(question, "range", `the memory ends at ${end} at most`)
  if (offset % size !== 0)
    return invalid(question, "alignment", `offset ${offset} is not a multiple of ${size}`)
  return {
    allowed: true,
    field: undefined,
    element: 0,
    value: access === "read" ? SCALAR : undefined,
    log: [],
  }
}

function describeShape(field: ContextField, access: "read" | "write"): string {
  const shape = access === "read" ? field.read : (field.write ?? field.read)
  switch (shape) {
    case "whole":
      return `${field.size} bytes at a time`
    case "narrow":
      return `1 to ${field.size} bytes at a time`
    case "pair":
      return `${field.size} or ${field.size * 2} bytes at a time`
    case "pairOrNarrow":
      return `1 to ${field.size * 2} bytes at a time`
    case "aligned":
      return "any aligned bytes inside it"
    case "halfOrWord":
      return "1 or 2 bytes, or 4 from its start"
    case "atLeastHalf":
      return `${field.size / 2} or ${field.size} bytes at a time`
    case "narrowAtStart":
      return `1 to ${field.size} bytes from its start`
    default:
      return shape satisfies never
  }
}

const names = (list: readonly string[]): readonly string[] => list
