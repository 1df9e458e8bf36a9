import { ProfileError } from "../base/index.ts"

/** One field of a trace event's record. */
export interface TracepointField {
  readonly name: string
  /** As declared, without the name: "__data_loc char[]", "pid_t", "unsigned long[6]". */
  readonly type: string
  /** Bytes from the record's start. */
  readonly offset: number
  readonly size: number
  readonly signed: boolean
  /** The field holds where the data lies: its offset in the low half, its length in the high half. */
  readonly dynamic: boolean
}

/** One trace event with its format file. */
export interface Tracepoint {
  readonly category: string
  readonly name: string
  readonly id: number
  /** The text of `events/<category>/<name>/format`. */
  readonly format: string
  readonly fields: readonly TracepointField[]
}

const FIELD = /^\tfield:(.{1,400});\toffset:(\d+);\tsize:(\d+);\tsigned:(\d);$/gm

/** Reads the fields out of a format file (Documentation/trace/events.rst). */
export function parseTracepoint(category: string, name: string, format: string): Tracepoint {
  const id = /^ID: (\d+)$/m.exec(format)?.[1]
  if (id === undefined) throw new ProfileError(`tracepoint ${category}/${name}: its format has no ID line`)
  const fields = [...format.matchAll(FIELD)].map(match => parseField(match as unknown as FieldMatch))
  return { category, name, id: Number(id), format, fields }
}

type FieldMatch = readonly [line: string, declaration: string, offset: string, size: string, signed: string]

function parseField([, declaration, offset, size, signed]: FieldMatch): TracepointField {
  const match = /^(.*?)([A-Za-z_][A-Za-z0-9_]*)((?:\[[^\]]*\])*)$/.exec(declaration)
  const base = (match?.[1] ?? "").trim()
  return {
    name: match?.[2] ?? declaration,
    type: `${base}${match?.[3] ?? ""}`,
    offset: Number(offset),
    size: Number(size),
    signed: signed === "1",
    dynamic: base.startsWith("__data_loc") || base.startsWith("__rel_loc"),
  }
}
