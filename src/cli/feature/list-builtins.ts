import { UsageError } from "../../base/index.ts"
import { ATTACH_TYPES, HELPERS, isSince, LINK_TYPES, MAP_TYPES, PROGRAM_TYPES } from "../../catalog/index.ts"
import type { Io } from "../io.ts"

export interface ListOptions {
  readonly group: string
  /** Leaves out what came later. */
  readonly release?: string
  readonly format: "plain" | "json" | "pretty"
}

interface Row {
  readonly name: string
  readonly since: string | undefined
}

/** Number 0 of an enumeration, which bpftool lists too: attach types have none. */
interface Group {
  readonly zero: string | undefined
  readonly rows: readonly Row[]
}

const GROUPS: Readonly<Record<string, Group>> = {
  prog_types: { zero: "unspec", rows: PROGRAM_TYPES },
  map_types: { zero: "unspec", rows: MAP_TYPES },
  attach_types: { zero: undefined, rows: ATTACH_TYPES },
  link_types: { zero: "unspec", rows: LINK_TYPES },
  helpers: { zero: "bpf_unspec", rows: HELPERS },
}

/** Writes the names of a group in the order of their numbers. */
export function runListBuiltins({ group, release, format }: ListOptions, io: Io): void {
  const { zero, rows } = findGroup(group)
  if (release !== undefined && !/^\d+\.\d+$/.test(release))
    throw new UsageError(`--release is a kernel release such as 6.12, not '${release}'`)
  const there = release === undefined ? rows : rows.filter(row => isSince(row.since, release))
  const names = [...(zero === undefined ? [] : [zero]), ...there.map(row => row.name)]
  if (format === "plain") io.out(names.map(name => `${name}\n`).join(""))
  else if (format === "json") io.out(`${JSON.stringify(names)}\n`)
  else io.out(`${JSON.stringify(names).replace(/\]$/, "\n]")}\n`)
}

/** bpftool takes the beginning of a word for the word. */
function findGroup(word: string): Group {
  const name = word === "" ? undefined : Object.keys(GROUPS).find(name => name.startsWith(word))
  const group = name === undefined ? undefined : GROUPS[name]
  if (group) return group
  throw new UsageError(
    `expected 'prog_types', 'map_types', 'attach_types', 'link_types' or 'helpers', got: ${word}`,
  )
}
