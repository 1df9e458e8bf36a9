import type { Release } from "../../catalog/index.ts"

export type SubjectKind =
  | "program type"
  | "attach type"
  | "section"
  | "map type"
  | "link type"
  | "helper"
  | "kfunc"

/** One line of an explanation: a label and what it says, or a list of names. */
export interface Fact {
  /** Its name in JSON. */
  readonly key: string
  readonly label: string
  readonly value: string | readonly string[]
  /** What text says instead, unless everything is asked for: JSON has the whole value. */
  readonly short?: string
  /** Long lists stand behind the tables. */
  readonly last?: true
}

/** Rows of the same columns, such as the fields of a context. */
export interface Table {
  /** Its name in JSON. */
  readonly key: string
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** What `skep explain` says of one name, before it becomes text or JSON. */
export interface Explanation {
  readonly kind: SubjectKind
  /** As libbpf and bpftool print it. */
  readonly name: string
  /** The name in the kernel's headers, where it differs. */
  readonly abi: string | undefined
  readonly number: number | undefined
  /** The first release that has it; undefined for what is newer than the catalogue's list of releases. */
  readonly since: Release | undefined
  readonly summary: string
  readonly facts: readonly Fact[]
  readonly tables: readonly Table[]
}

/** A fact; none for an empty value, so that explanations leave out what does not apply. */
export function fact(key: string, label: string, value: string | readonly string[] | undefined): Fact[] {
  return value === undefined || value.length === 0 ? [] : [{ key, label, value }]
}

/** "xdp (5.9)", "tcx_ingress (newer)": a name with its release. */
export function withRelease({
  name,
  since,
}: {
  readonly name: string
  readonly since: Release | undefined
}): string {
  return `${name} (${since ?? "newer"})`
}
