import { nearestNames, UsageError } from "../../base/index.ts"
import {
  ATTACH_TYPES,
  HELPERS,
  KFUNCS,
  LINK_TYPES,
  MAP_TYPES,
  PROGRAM_TYPES,
  type Release,
  SECTIONS,
} from "../../catalog/index.ts"
import { Exit } from "../command.ts"
import type { Io } from "../io.ts"
import { explainAttachType, explainSection } from "./explain-attach-type.ts"
import { explainHelper, explainKfunc } from "./explain-call.ts"
import { explainProgramType } from "./explain-program-type.ts"
import { explainLinkType, explainMapType } from "./explain-type.ts"
import type { Explanation, SubjectKind } from "./explanation.ts"
import { findSubjects, type Subject } from "./find-subjects.ts"
import { explanationText } from "./text.ts"

export interface ExplainOptions {
  readonly name: string
  readonly release?: Release
  /** Which kind the name is meant as: "program_type" and the like. */
  readonly as?: string
  readonly all: boolean
  readonly json: boolean
}

/** Later than every release of the catalogue: everything that has a release is there. */
const NEWEST = "999.0"
const KINDS: readonly SubjectKind[] = [
  "program type",
  "attach type",
  "section",
  "map type",
  "link type",
  "helper",
  "kfunc",
]

/** Writes what the catalogue knows of a name; ends with status 1 and the nearest names when there is no such thing. */
export function runExplain({ name, release, as, all: whole, json }: ExplainOptions, io: Io): void {
  if (release !== undefined && !/^\d+\.\d+$/.test(release))
    throw new UsageError(`--release is a kernel release such as 6.12, not '${release}'`)
  const kind = as === undefined ? undefined : kindOf(as)
  const all = findSubjects(name)
  const subject = kind === undefined ? all[0] : all.find(subject => subject.kind === kind)
  if (!subject) refuse(name, kind, all, io)
  const explanation = explain(subject, release ?? NEWEST)
  const also = all
    .filter(other => other !== subject)
    .map(other => `${other.kind} ${name} (--as ${word(other.kind)})`)
  if (json) io.out(`${JSON.stringify(toJson(explanation), undefined, 2)}\n`)
  else io.out(explanationText(explanation, { also, all: whole, style: io.style }))
}

function word(kind: SubjectKind): string {
  return kind.replace(" ", "_")
}

function kindOf(text: string): SubjectKind {
  const kind = KINDS.find(kind => word(kind) === text || kind === text)
  if (kind) return kind
  throw new UsageError(`--as is one of ${KINDS.map(word).join(", ")}, not '${text}'`)
}

function explain(subject: Subject, release: Release): Explanation {
  switch (subject.kind) {
    case "program type":
      return explainProgramType(subject.row, release)
    case "section":
      return explainSection(subject.name, subject.match, release)
    case "attach type":
      return explainAttachType(subject.row, release)
    case "map type":
      return explainMapType(subject.row)
    case "link type":
      return explainLinkType(subject.row)
    case "helper":
      return explainHelper(subject.row, release)
    case "kfunc":
      return explainKfunc(subject.row, release)
    default:
      return subject satisfies never
  }
}

/** Facts and tables under their own names; table rows as objects. */
function toJson({ facts, tables, since, number, ...rest }: Explanation): Record<string, unknown> {
  const entries = tables.map(({ key, columns, rows }) => [
    key,
    rows.map(row => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? ""]))),
  ])
  return {
    ...rest,
    number: number ?? null,
    since: since ?? null,
    ...Object.fromEntries(facts.map(({ key, value }) => [key, value])),
    ...Object.fromEntries(entries),
  }
}

function refuse(name: string, kind: SubjectKind | undefined, others: readonly Subject[], io: Io): never {
  const what = kind ?? "program type, attach type, section, map type, link type, helper or kfunc"
  io.err(`skep: there is no ${what} '${name}'\n`)
  const nearest = others.map(other => `${other.kind} ${name}`)
  const names = nearest.length > 0 ? nearest : nearestNames(name, everyName(), 5)
  if (names.length > 0) io.err(`  nearest: ${names.join(", ")}\n`)
  throw new Exit(1)
}

function everyName(): Set<string> {
  const types = [...PROGRAM_TYPES, ...ATTACH_TYPES, ...MAP_TYPES, ...LINK_TYPES]
  return new Set([
    ...types.flatMap(row => [row.name, row.abi]),
    ...SECTIONS.map(row => row.section),
    ...HELPERS.map(row => row.name),
    ...KFUNCS.map(row => row.name),
  ])
}
