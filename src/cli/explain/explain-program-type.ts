import { allowedHelpers, kfuncAllowed, returnCodes } from "../../catalog/details.ts"
import {
  type AttachTypeName,
  attachType,
  isSince,
  KFUNCS,
  type ProgramTypeName,
  type ProgramTypeRow,
  type Release,
  SECTIONS,
} from "../../catalog/index.ts"
import { attachRightsOf } from "../../kernel/index.ts"
import { contextFacts, contextTable } from "./context.ts"
import { type Explanation, type Fact, fact, type Table, withRelease } from "./explanation.ts"

export function explainProgramType(row: ProgramTypeRow, release: Release): Explanation {
  const name = row.name as ProgramTypeName
  const types = row.attachTypes
    .flatMap(key => attachType(key) ?? [])
    .filter(({ since }) => isThere(since, release))
  return {
    kind: "program type",
    name,
    abi: row.abi,
    number: row.number,
    since: row.since,
    summary: row.summary,
    facts: [
      ...fact("attachesTo", "attaches to", row.attachesTo),
      ...fact("mechanism", "attached by", row.mechanism),
      ...fact("sections", "sections", sectionsOf(name)),
      ...fact("attachTypes", "attach types", types.map(withRelease)),
      ...fact("excludes", "excludes", row.excludes.join("; ")),
      ...fact("capabilities", "loading needs", capabilities(row)),
      ...fact("attachCapabilities", "attaching needs", attachCapabilities(name, release)),
      ...fact("testRun", "test run", TEST_RUN[row.testRun]),
      ...contextFacts(name),
      ...callFacts({ programType: name, release }),
    ],
    tables: [...contextTable({ programType: name, release }), returnTable(name, undefined, release)],
  }
}

const TEST_RUN: Readonly<Record<ProgramTypeRow["testRun"], string>> = {
  yes: "BPF_PROG_TEST_RUN runs it",
  no: "none: BPF_PROG_TEST_RUN refuses it",
  selfTest: "only on functions that the kernel keeps for tests",
}

function isThere(since: Release | undefined, release: Release): boolean {
  return since === undefined || isSince(since, release)
}

function sectionsOf(name: ProgramTypeName): string[] {
  return SECTIONS.filter(({ programType }) => programType === name).map(({ section, extras }) =>
    extras ? `${section}[/…]` : section,
  )
}

function capabilities({ capabilities, unprivileged }: ProgramTypeRow): string {
  const needed = `${capabilities.join(" and ")}, or CAP_SYS_ADMIN (before 5.8 always)`
  return unprivileged ? `${needed}; nothing where kernel.unprivileged_bpf_disabled is 0` : needed
}

function attachCapabilities(name: ProgramTypeName, release: Release): string {
  const asked = attachRightsOf(name, release)
  if (asked.length === 0) return "nothing: the descriptors of program and target are enough"
  return [...asked, ...(ALSO_BY_LINK.includes(name) ? ["elsewhere nothing"] : [])].join("; ")
}

/** Programs that have other ways to be attached too. */
const ALSO_BY_LINK: readonly ProgramTypeName[] = ["kprobe", "sched_cls", "xdp", "tracing"]

/** Sets of kfuncs that nearly every program type may call. */
const SHARED_SETS: readonly string[] = ["common", "generic"]

/** The helpers and kfuncs that programs of a type and attach type may call. */
export function callFacts(caller: {
  readonly programType: ProgramTypeName
  readonly attachType?: AttachTypeName
  readonly release: Release
}): Fact[] {
  // What an extension may call is the word of the program that it extends.
  if (caller.programType === "ext") return []
  const helpers = allowedHelpers({ ...caller, sleepable: true })
  const kfuncs = KFUNCS.filter(row => kfuncAllowed(row, { ...caller, sleepable: true }).allowed)
  const own = kfuncs.filter(({ set }) => !SHARED_SETS.includes(set)).map(row => row.name)
  const shared = `${kfuncs.length - own.length} that most programs may call (--all lists them)`
  return [
    ...fact("helpers", `helpers (${helpers.length})`, helpers),
    ...fact(
      "kfuncs",
      `kfuncs (${kfuncs.length})`,
      kfuncs.map(row => row.name),
    ).map(each => ({
      ...each,
      short: [...own, own.length === 0 ? shared : `and ${shared}`].join(", "),
    })),
  ].map(each => ({ ...each, last: true }))
}

/** What a program's return value means. */
export function returnTable(
  programType: ProgramTypeName,
  attachType: AttachTypeName | undefined,
  release: Release,
): Table {
  const { summary, values, enforced } = returnCodes(programType, attachType)
  const range =
    enforced && isSince(enforced.since, release)
      ? `; the verifier allows ${enforced.minimum} to ${enforced.maximum} since ${enforced.since}`
      : ""
  return {
    key: "returnCodes",
    title: `return value: ${summary}${range}`,
    columns: ["value", "name", "effect"],
    rows: values
      .filter(({ since }) => isThere(since, release))
      .map(({ value, name, effect }) => [value === undefined ? "other" : String(value), name ?? "", effect]),
  }
}
