import type { Btf, TypeId } from "../btf/index.ts"
import { contextType } from "../catalog/details.ts"
import { PROGRAM_TYPES, type ProgramTypeName } from "../catalog/index.ts"
import type { ObjectSpec, ProgramSpec } from "../object/index.ts"
import type { KernelProfile, TracepointField } from "../profile/index.ts"

/** What vmlinux.h calls the records of trace events. */
const RECORD = "trace_event_raw_"
/** Before it are the common fields, which are not for programs. */
const FIRST_FIELD = 8

interface Member {
  readonly name: string
  readonly offset: number
}

/**
 * What is odd about the type that a program declares its context with: a verifier sees offsets only, and takes whatever happens to be
 * there for the member that was meant.
 */
export function contextNotes(
  { btf }: ObjectSpec,
  program: ProgramSpec,
  type: ProgramTypeName,
  profile: KernelProfile,
): string[] {
  const struct = btf && declaredContext(btf, program.name)
  if (!btf || struct === undefined) return []
  const name = btf.typeOf(struct, "struct")?.name ?? ""
  const takesArguments = type === "raw_tracepoint" || program.definition?.attachType === "trace_raw_tp"
  if (takesArguments && name.startsWith(RECORD))
    return [
      `its context is declared as struct ${name}, the record that tp programs get; ${program.section.split("/")[0]} programs get the tracepoint's arguments, eight bytes each`,
    ]
  const others = PROGRAM_TYPES.filter(row => contextType(row.name) === `struct ${name} *`).map(
    row => row.name,
  )
  if (others.length > 0 && !others.includes(type) && type !== "ext")
    return [`its context is declared as struct ${name}, which ${others.join(", ")} programs get`]
  return type === "tracepoint" ? recordNotes(btf, struct, program.target, profile) : []
}

/** The struct that the first parameter points to; undefined for void, numbers and arrays of them. */
function declaredContext(btf: Btf, program: string): TypeId | undefined {
  const id = btf.find(program, "func")
  const prototype =
    id === undefined ? undefined : btf.typeOf(btf.typeOf(id, "func")?.type as TypeId, "func_proto")
  const parameter = prototype?.params[0]?.type
  if (parameter === undefined || btf.isVoid(parameter)) return undefined
  const pointer = btf.type(btf.resolve(parameter))
  if (pointer.kind !== "ptr" || btf.isVoid(pointer.type)) return undefined
  const target = btf.resolve(pointer.type)
  return !btf.isVoid(target) && btf.type(target).kind === "struct" ? target : undefined
}

/** A struct that was written after an event's format, against the format of this kernel. */
function recordNotes(btf: Btf, struct: TypeId, target: string, profile: KernelProfile): string[] {
  const name = btf.typeOf(struct, "struct")?.name ?? ""
  const [category = "", event = ""] = target.split("/")
  const fields = profile.tracepoint(category, event)?.fields
  // Those of vmlinux.h are fitted to each kernel by CO-RE.
  if (!fields || name.startsWith(RECORD)) return []
  const notes = membersOf(btf, struct).flatMap(member => {
    const note = memberNote(member, fields)
    return note === undefined
      ? []
      : [`member ${member.name} of struct ${name} stands at ${member.offset}: ${note}`]
  })
  return notes.map(note => `${note} (${category}/${event} of ${profile.release})`)
}

function membersOf(btf: Btf, struct: TypeId): Member[] {
  const type = btf.typeOf(struct, "struct")
  const members = type?.members.map(({ name, bitOffset }) => ({ name, offset: bitOffset >> 3 })) ?? []
  return members.filter(({ name, offset }) => name !== "" && offset >= FIRST_FIELD)
}

function memberNote({ name, offset }: Member, fields: readonly TracepointField[]): string | undefined {
  const same = fields.find(field => field.name === name)
  if (same) return same.offset === offset ? undefined : `the record has ${name} at ${same.offset}`
  const around = fields.find(field => field.offset < offset && offset < field.offset + field.size)
  return around && !around.type.includes("[") ? `in the midst of ${around.name}` : undefined
}
