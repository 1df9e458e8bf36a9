import {
  type ContextCondition,
  contextFields,
  contextType,
  type LoadedValue,
  type VisibleField,
} from "../../catalog/details.ts"
import type { AttachTypeName, ProgramTypeName, Release } from "../../catalog/index.ts"
import { type Fact, fact, type Table } from "./explanation.ts"

export interface ContextSubject {
  readonly programType: ProgramTypeName
  readonly attachType?: AttachTypeName
  readonly release: Release
}

export function contextFacts(programType: ProgramTypeName): Fact[] {
  return fact("contextType", "context", contextType(programType))
}

/** The fields of a context with what may be done with each; none where the context has no named fields. */
export function contextTable(subject: ContextSubject): Table[] {
  const fields = contextFields(subject)
  if (fields.length === 0) return []
  return [
    {
      key: "context",
      title: `context: ${contextType(subject.programType)}`,
      columns: ["offset", "field", "type", "access", "a load gives", "only"],
      rows: fields.map(visible => fieldRow(visible, subject.attachType)),
    },
  ]
}

function fieldRow(
  { field, read, write, conditions }: VisibleField,
  attach: AttachTypeName | undefined,
): string[] {
  const { offset, name, length, type, value } = field
  const access = [read.allowed && "read", write.allowed && "write"].filter(Boolean).join(" ")
  return [
    String(offset),
    length === undefined ? name : `${name}[${length}]`,
    type,
    access,
    read.allowed ? describeValue(value) : "",
    conditions.flatMap(condition => describeCondition(condition, attach)).join("; "),
  ]
}

function describeValue(value: LoadedValue | undefined): string {
  if (value === undefined) return "scalar"
  switch (value.kind) {
    case "scalar":
      return "scalar"
    case "returnValue":
      return "scalar in bounds"
    case "packet":
      return "packet pointer"
    case "packetEnd":
      return "end of packet"
    case "packetMeta":
      return "packet metadata"
    case "socket":
      return orNull("struct bpf_sock *", value.orNull)
    case "socketCommon":
      return orNull("struct bpf_sock *, common fields", value.orNull)
    case "flowKeys":
      return "struct bpf_flow_keys *"
    case "tracepointBuffer":
      return "writable buffer"
    case "buffer":
      return orNull(value.readOnly ? "read-only memory" : "memory", value.orNull)
    case "structure":
      return orNull(`struct ${value.name} *`, value.orNull)
    default:
      return value satisfies never
  }
}

function orNull(text: string, isNullable: boolean): string {
  return isNullable ? `${text} or NULL` : text
}

function describeCondition(condition: ContextCondition, attach: AttachTypeName | undefined): string[] {
  const { access, attachTypes, capability, since } = condition
  const rules = [
    attach === undefined && attachTypes?.join(", "),
    capability && `with ${capability}`,
    since && `since ${since}`,
  ].filter(Boolean)
  if (rules.length === 0) return []
  return [access === "both" ? rules.join(" ") : `${access}: ${rules.join(" ")}`]
}
