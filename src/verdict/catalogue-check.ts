import { helperAllowed, kfuncAllowed } from "../catalog/details.ts"
import {
  type AttachTypeName,
  attachType,
  compareReleases,
  type HelperName,
  helper,
  isSince,
  kfunc,
  mapType,
  type ProgramTypeName,
  programType,
  type Release,
} from "../catalog/index.ts"
import { isLoad64, kernelSupport, operationOf } from "../isa/index.ts"
import type { ObjectSpec, ProgramSpec } from "../object/index.ts"
import { isGplCompatible } from "../verifier/index.ts"
import { mapsOf } from "./load-refusal.ts"
import type { ProgramReport } from "./program-report.ts"
import { headOf } from "./verify-program.ts"

/** Something that a program uses, and whether a release has it. */
export interface Requirement {
  readonly kind: "program type" | "attach type" | "map type" | "helper" | "kfunc" | "instruction"
  readonly name: string
  /** The slot that asks for it first; undefined for what the whole program asks for. */
  readonly at: number | undefined
  /** In words, why not; undefined where the release has it. */
  missing(release: Release): string | undefined
}

function from(kind: Requirement["kind"], name: string, since: Release | undefined, at?: number): Requirement {
  return {
    kind,
    name,
    at,
    missing: release =>
      isSince(since, release)
        ? undefined
        : `${kind === "instruction" ? "" : `${kind} `}${name} came with ${since ?? "a later release"}`,
  }
}

/** Everything that the catalogue has releases for, each thing once. */
export function requirementsOf(object: ObjectSpec, program: ProgramSpec): Requirement[] {
  const { definition } = program
  if (!definition) return []
  const type = definition.programType as ProgramTypeName
  const attach = definition.attachType as AttachTypeName | undefined
  const found = new Map<string, Requirement>()
  const add = (requirement: Requirement | undefined) => {
    if (!requirement) return
    const key = `${requirement.kind} ${requirement.name}`
    if (!found.has(key)) found.set(key, requirement)
  }
  add(from("program type", type, programType(type)?.since))
  if (attach && !definition.attachTypeOptional) add(from("attach type", attach, attachType(attach)?.since))
  for (const map of mapsOf(object, program)) {
    const row = mapType(map.type)
    add(from("map type", row?.name ?? String(map.type), row?.since))
  }
  const caller = { programType: type, attachType: attach, sleepable: definition.sleepable }
  const gpl = isGplCompatible(object.license)
  const { instructions } = program
  const references = new Map(program.references.map(each => [each.at, each]))
  for (let at = 0; at < instructions.length; at++) {
    const operation = operationOf(instructions, at)
    const needed = kernelSupport(operation)
    if (needed) add(from("instruction", needed.what, needed.since, at))
    if (operation.kind === "call" && operation.callee.kind === "helper")
      add(helperRequirement(operation.callee.id, at, { ...caller, gpl }))
    const reference = references.get(at)
    if (reference?.kind === "kfunc" && !isWeak(object, reference.extern))
      add(kfuncRequirement(reference.extern, at, caller))
    if (isLoad64(instructions[at]!)) at++
  }
  return [...found.values()]
}

function isWeak(object: ObjectSpec, name: string): boolean {
  return object.externs.find(each => each.name === name)?.weak ?? false
}

interface Caller {
  readonly programType: ProgramTypeName
  readonly attachType: AttachTypeName | undefined
  readonly sleepable: boolean
}

function helperRequirement(
  id: number,
  at: number,
  caller: Caller & { readonly gpl: boolean },
): Requirement | undefined {
  const row = helper(id)
  if (!row) return undefined
  return {
    kind: "helper",
    name: row.name,
    at,
    missing(release) {
      const verdict = helperAllowed(row.name as HelperName, { ...caller, release })
      if (verdict.allowed) return undefined
      const older = OLDER_FORMS[row.name]
      return older && helperAllowed(older, { ...caller, release }).allowed ? undefined : verdict.because
    },
  }
}

/** What libbpf writes in place of these helpers on kernels that lack them. */
const OLDER_FORMS: Readonly<Partial<Record<string, HelperName>>> = {
  bpf_probe_read_kernel: "bpf_probe_read",
  bpf_probe_read_user: "bpf_probe_read",
  bpf_probe_read_kernel_str: "bpf_probe_read_str",
  bpf_probe_read_user_str: "bpf_probe_read_str",
}

function kfuncRequirement(name: string, at: number, caller: Caller): Requirement | undefined {
  const row = kfunc(name)
  if (!row) return undefined
  return {
    kind: "kfunc",
    name,
    at,
    missing(release) {
      const verdict = kfuncAllowed(row, { ...caller, release })
      return verdict.allowed ? undefined : verdict.because
    },
  }
}

/** What the catalogue alone says of a program on a release: refused for what is missing, or not decided. */
export function checkByCatalogue(
  program: ProgramSpec,
  requirements: readonly Requirement[],
  release: Release,
): ProgramReport {
  const lacking = requirements.filter(each => each.missing(release) !== undefined)
  // Where the type of program is not known, nothing else is asked.
  const told = lacking[0]?.kind === "program type" ? lacking.slice(0, 1) : lacking
  const missing = [...new Set(told.map(each => each.missing(release)!))]
  const first = told[0]
  return {
    ...headOf(program, release),
    basis: "catalogue",
    verdict: missing.length > 0 ? "reject" : "unsupported",
    errno: missing.length > 0 ? "EINVAL" : undefined,
    message:
      missing.length > 0
        ? missing.join("; ")
        : `uses nothing that Linux ${release} lacks; not verified: there is no profile of it`,
    details: [],
    instruction: first?.at,
    source: undefined,
    explanation: undefined,
    log: "",
    stats: undefined,
  }
}

/** The releases that the catalogue counts in, oldest first, from the first that had BPF programs as we know them. */
export function knownReleases(): Release[] {
  const newest: readonly [major: number, minors: number][] = [
    [4, 20],
    [5, 19],
    [6, 19],
  ]
  return newest
    .flatMap(([major, last]) => Array.from({ length: last + 1 }, (_, minor) => `${major}.${minor}`))
    .filter(release => compareReleases(release, "4.4") >= 0)
}
