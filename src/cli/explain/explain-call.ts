import {
  formatPrototype,
  type HelperPrototype,
  helperGrantees,
  helperPrototype,
  kfuncGrantees,
} from "../../catalog/details.ts"
import {
  type HelperName,
  type HelperRow,
  isSince,
  type KfuncRow,
  PROGRAM_TYPES,
  type Release,
} from "../../catalog/index.ts"
import { type Explanation, fact, type Table } from "./explanation.ts"

export function explainHelper(row: HelperRow, release: Release): Explanation {
  const name = row.name as HelperName
  const prototype = helperPrototype(name)
  if (!prototype) throw new Error(`BUG: helper ${name} has no prototype`)
  return {
    kind: "helper",
    name,
    abi: undefined,
    number: row.id,
    since: row.since,
    summary: prototype.summary,
    facts: [
      ...fact("prototype", "prototype", formatPrototype(prototype)),
      ...fact("rules", "rules", helperRules(prototype)),
      ...fact("programTypes", "program types", helperCallers(name, release)),
      ...fact("conditions", "conditions", helperConditions(name)),
    ],
    tables: [argumentTable(prototype)],
  }
}

function helperRules(prototype: HelperPrototype): string {
  const { gplOnly, mightSleep, packetAccess, packetChanging, fastcall } = prototype
  return [
    gplOnly && "only under a GPL-compatible licence",
    mightSleep && "only in sleepable programs",
    packetAccess && "memory arguments may lie in the packet",
    packetChanging && "pointers into the packet are void after it",
    fastcall && "leaves caller-saved registers alone",
  ]
    .filter(Boolean)
    .join("; ")
}

/** The program types that may call it, each with its release where that is later than the helper's own. */
function helperCallers(name: HelperName, release: Release): string[] {
  return PROGRAM_TYPES.filter(({ name: programType }) => {
    const grantees = helperGrantees(name).filter(grantee => grantee.programType === programType)
    return grantees.some(({ grant }) => grant.since === undefined || isSince(grant.since, release))
  }).map(({ name: programType }) => {
    const grants = helperGrantees(name).filter(grantee => grantee.programType === programType)
    const since = grants.every(({ grant }) => grant.since !== undefined) ? grants[0]?.grant.since : undefined
    return since ? `${programType} (${since})` : programType
  })
}

/** What narrows the permission of some program types: attach types, hooks, capabilities. */
function helperConditions(name: HelperName): string {
  const texts = helperGrantees(name).flatMap(({ programType, struct, grant }) => {
    const rules = [
      grant.attachTypes && `attach type ${grant.attachTypes.join(", ")}`,
      grant.exceptAttachTypes && `not attach type ${grant.exceptAttachTypes.join(", ")}`,
      grant.hooks &&
        (grant.hooks.length > 6 ? `${grant.hooks.length} hooks` : `at ${grant.hooks.join(", ")}`),
      grant.capability && `needs ${[grant.capability].flat().join(" and ")}`,
      grant.config && `needs ${grant.config}`,
    ].filter(Boolean)
    return rules.length === 0 ? [] : [`${struct ?? programType}: ${rules.join(", ")}`]
  })
  return [...new Set(texts)].join("; ")
}

function argumentTable(prototype: HelperPrototype): Table {
  const rows = prototype.arguments.map((argument, index) => [
    `r${index + 1}`,
    argument.name,
    argument.c,
    [
      argument.kind,
      argument.access,
      argument.type && `struct ${argument.type}`,
      argument.size !== undefined && `${argument.size} bytes`,
      argument.dynptr,
      argument.nullable && "or NULL",
      argument.release && "released",
    ]
      .filter(Boolean)
      .join(" "),
  ])
  const { c, kind, type, nullable, trusted, acquire } = prototype.returns
  const result = [
    kind,
    type && `struct ${type}`,
    trusted && "trusted",
    nullable && "or NULL",
    acquire && "acquired: must be released",
  ]
  return {
    key: "arguments",
    title: "arguments",
    columns: ["place", "name", "type", "what the verifier wants"],
    rows: [...rows, ["r0", "result", c, result.filter(Boolean).join(" ")]],
  }
}

const FLAGS: Readonly<Record<string, string>> = {
  acquire: "gives a reference that must be released",
  release: "takes a reference",
  retNull: "may give NULL",
  trustedArgs: "pointers must be trusted",
  sleepable: "only in sleepable programs",
  destructive: "needs CAP_SYS_BOOT",
  rcu: "pointers must be trusted or under RCU",
}

export function explainKfunc(row: KfuncRow, release: Release): Explanation {
  const flags = row.flags.map(flag => (FLAGS[flag] ? `${flag}: ${FLAGS[flag]}` : flag))
  const callers = kfuncGrantees(row).filter(({ since }) => since === undefined || isSince(since, release))
  return {
    kind: "kfunc",
    name: row.name,
    abi: undefined,
    number: undefined,
    since: row.since,
    summary: row.summary,
    facts: [
      ...fact("until", "gone since", row.until),
      ...fact("set", "set", row.set),
      ...fact("flags", "flags", flags.join("; ")),
      ...fact(
        "programTypes",
        "program types",
        callers.map(({ programType, since, attachTypes }) => {
          const type = programType === "every" ? "every type" : programType
          const only = attachTypes ? ` at ${attachTypes.join(", ")}` : ""
          return `${type}${since && since !== row.since ? ` (${since})` : ""}${only}`
        }),
      ),
      ...fact("stability", "stability", "none promised: kfuncs change and go with releases"),
    ],
    tables: [],
  }
}
