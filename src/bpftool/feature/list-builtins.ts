import { UsageError } from "../../base/index.ts"
import { ATTACH_TYPES, HELPERS, isSince, LINK_TYPES, MAP_TYPES, PROGRAM_TYPES } from "../../catalog/index.ts"
import type { Verb } from "../objects/noun.ts"

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

export const listBuiltins: Verb = {
  names: ["list_builtins"],
  words: "GROUP [--release RELEASE]",
  summary: "list what BPF has, one name a line: every release's, or one release's",
  run(words, { flags, json, out }) {
    const { zero, rows } = findGroup(words.next("a group"))
    words.end()
    const { release } = flags
    if (release !== undefined && !(typeof release === "string" && /^\d+\.\d+$/.test(release)))
      throw new UsageError(`--release is a kernel release such as 6.12, not '${release}'`)
    const there = release === undefined ? rows : rows.filter(row => isSince(row.since, release))
    const names = [...(zero === undefined ? [] : [zero]), ...there.map(row => row.name)]
    if (!json) out(names.map(name => `${name}\n`).join(""))
    else
      json.array(() => {
        for (const name of names) json.string(name)
      })
  },
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
