import {
  type AttachTypeName,
  type AttachTypeRow,
  type ProgramTypeName,
  programType,
  type Release,
  SECTIONS,
  type SectionMatch,
} from "../../catalog/index.ts"
import { contextFacts, contextTable } from "./context.ts"
import { callFacts, explainProgramType, returnTable } from "./explain-program-type.ts"
import { type Explanation, fact } from "./explanation.ts"

/** What holds for every program of an attach type, and what its only program type says where there is one. */
export function explainAttachType(row: AttachTypeRow, release: Release): Explanation {
  const attachType = row.name as AttachTypeName
  const [first, ...others] = row.programTypes
  const only = others.length === 0 && first !== undefined ? first : undefined
  return {
    kind: "attach type",
    name: row.name,
    abi: row.abi,
    number: row.number,
    since: row.since,
    summary: row.summary,
    facts: [
      ...fact("programTypes", "program types", row.programTypes),
      ...fact("sections", "sections", sectionsOf(attachType)),
      ...fact("attachesTo", "attaches to", only && programType(only)?.attachesTo),
      ...fact("excludes", "excludes", only && programType(only)?.excludes.join("; ")),
      ...(only ? [...contextFacts(only), ...callFacts({ programType: only, attachType, release })] : []),
    ],
    tables: only
      ? [...contextTable({ programType: only, attachType, release }), returnTable(only, attachType, release)]
      : [],
  }
}

function sectionsOf(name: AttachTypeName): string[] {
  return SECTIONS.filter(({ attachType }) => attachType === name).map(({ section, extras }) =>
    extras ? `${section}[/…]` : section,
  )
}

/** What an ELF section name says: libbpf's reading of it, then what its program type or attach type says. */
export function explainSection(name: string, match: SectionMatch, release: Release): Explanation {
  const { definition, autoload, target } = match
  const type = programType(definition.programType)
  if (!type) throw new Error(`BUG: section ${definition.section} has an unknown program type`)
  const below = explainProgramType(type, release)
  const { attachType } = definition
  const caller = {
    programType: definition.programType as ProgramTypeName,
    release,
    ...(attachType && { attachType }),
  }
  const keep = new Set([
    "attachesTo",
    "excludes",
    "capabilities",
    "attachCapabilities",
    "testRun",
    "contextType",
  ])
  return {
    kind: "section",
    name,
    abi: undefined,
    number: undefined,
    since: below.since,
    summary: below.summary,
    facts: [
      ...fact("programType", "program type", definition.programType),
      ...fact("attachType", "attach type", attachType ?? "none"),
      ...fact(
        "target",
        "target",
        target || (definition.format && `none yet: ${definition.section}/${definition.format}`),
      ),
      ...fact("attachedBy", "attached by", attachedBy(match)),
      ...fact("sleepable", "sleepable", definition.sleepable ? "yes" : undefined),
      ...fact("fragments", "packet fragments", definition.fragments ? "yes: BPF_F_XDP_HAS_FRAGS" : undefined),
      ...fact("autoload", "loaded", autoload ? undefined : "only when asked for: the name starts with ?"),
      ...fact("deprecated", "deprecated", definition.deprecated ? "yes" : undefined),
      ...below.facts.filter(({ key }) => keep.has(key)),
      ...callFacts(caller),
    ],
    tables: [...contextTable(caller), returnTable(definition.programType, attachType, release)],
  }
}

function attachedBy({ definition }: SectionMatch): string {
  const how = definition.autoAttach
    ? "libbpf, where the name says"
    : "hand: libbpf does not attach it by itself"
  return `${how} (${definition.mechanism})`
}
