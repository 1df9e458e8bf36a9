import type { AttachTypeName } from "../attach-types.ts"
import { PROGRAM_TYPES, type ProgramTypeName } from "../program-types.ts"
import { compareReleases, isSince, type Release } from "../releases.ts"
import { HELPER_SETS, type HelperGrant, type HelperSetName } from "./helper-sets.ts"
import { HELPERS, type HelperName } from "./helpers.ts"
import type { HookRow } from "./hook-lists.ts"
import { PROBE_RULES, type ProbePlace } from "./probe-rules.ts"
import { PROGRAM_HELPERS, type ProgramHelpersRow } from "./program-helpers.ts"
import { helperPrototype } from "./prototype.ts"

/** The program that wants to call a helper. */
export interface HelperCaller {
  readonly programType: ProgramTypeName
  /** Without one the kernel takes attach type 0, as it does at load. */
  readonly attachType?: AttachTypeName | undefined
  readonly release: Release
  readonly sleepable?: boolean | undefined
  /**
   * Where it stands: the function of fentry, fexit and fmod_ret ("filp_close"), the hook of an LSM program
   * ("file_open"), the target of an iterator ("tcp"), the member of a struct_ops ("tcp_congestion_ops.init").
   */
  readonly hook?: string | undefined
  /** For ext: the program whose function it replaces. */
  readonly extended?: {
    readonly programType: ProgramTypeName
    readonly attachType?: AttachTypeName | undefined
  }
  /** What the loading process holds, CAP_SYS_ADMIN standing for all; left out, everything. */
  readonly capabilities?: readonly string[] | undefined
  /** Whether its licence is compatible with the GPL; left out, it is. */
  readonly gpl?: boolean | undefined
  /** Whether the kernel is built with an option ("CONFIG_INET"); left out, with all. */
  readonly config?: ((option: string) => boolean) | undefined
}

/**
 * Why a call is refused, in the order in which the kernel asks: "unknown" to this release; not for the
 * "program", that is its type, attach type, capabilities or hook; "licence"; not at this "probe"; only where
 * "sleepable".
 */
export type HelperRefusal = "unknown" | "program" | "licence" | "probe" | "sleepable"

export type HelperVerdict =
  /** `onlyAt`: no hook was given, and the call is allowed at these alone. */
  | { readonly allowed: true; readonly onlyAt?: readonly string[] }
  | { readonly allowed: false; readonly refusal: HelperRefusal; readonly because: string }

const sinceByName = new Map<string, Release>(HELPERS.map(row => [row.name, row.since]))
const sinceByType = new Map<string, Release>(PROGRAM_TYPES.map(row => [row.name, row.since]))

/**
 * Whether a program may call a helper, as the verifier of its kernel says when it meets the call.
 * Source: check_helper_call of kernel/bpf/verifier.c; 6.1 and 6.12 were asked for every program and attach type.
 */
export function helperAllowed(name: HelperName, caller: HelperCaller): HelperVerdict {
  const since = sinceByName.get(name)
  if (!isSince(since, caller.release))
    return refuse("unknown", `${name} came with ${since ?? "a later release"}`)
  const target = caller.programType === "ext" ? { ...caller, ...caller.extended } : caller
  for (const { programType } of [caller, target])
    if (!isSince(sinceByType.get(programType), caller.release))
      return refuse("program", `${programType} programs came with ${sinceByType.get(programType)}`)
  const granted = grantedTo(name, target)
  if (!granted.allowed) return granted
  const prototype = helperPrototype(name, target)
  if (prototype?.gplOnly && caller.gpl === false)
    return refuse("licence", `${name} is for programs under a GPL-compatible licence`)
  const places = placesOf(name, target)
  if (places === "none") return refuse("probe", `${name} is not for ${target.hook ?? "this kind of probe"}`)
  if (prototype?.mightSleep && !caller.sleepable)
    return refuse("sleepable", `${name} may sleep, which only sleepable programs may`)
  const onlyAt = places === "any" ? granted.onlyAt : places
  return onlyAt ? { allowed: true, onlyAt } : { allowed: true }
}

/** The helpers that a program may call, in the order of their numbers. */
export function allowedHelpers(caller: HelperCaller): HelperName[] {
  return HELPERS.map(row => row.name).filter(name => helperAllowed(name, caller).allowed)
}

/** A program type that may call a helper, and under which conditions; one a set or row that says so. */
export interface HelperGrantee {
  readonly programType: ProgramTypeName
  readonly struct?: string | undefined
  readonly grant: HelperGrant
}

/** Who may call a helper, over all releases. */
export function helperGrantees(name: HelperName): HelperGrantee[] {
  const rows: readonly ProgramHelpersRow[] = PROGRAM_HELPERS
  return rows.flatMap(row =>
    grantsOf(row, name).map(grant => ({ programType: row.programType, struct: row.struct, grant })),
  )
}

function refuse(refusal: HelperRefusal, because: string): HelperVerdict & { allowed: false } {
  return { allowed: false, refusal, because }
}

const grantsByRow = new Map<ProgramHelpersRow, Map<HelperName, HelperGrant[]>>()

/** The grants of a row that name a helper; each row is indexed when it is first asked. */
function grantsOf(row: ProgramHelpersRow, name: HelperName): readonly HelperGrant[] {
  let grants = grantsByRow.get(row)
  if (!grants) {
    grants = indexGrants(row)
    grantsByRow.set(row, grants)
  }
  return grants.get(name) ?? []
}

function indexGrants({ sets, grants, without }: ProgramHelpersRow): Map<HelperName, HelperGrant[]> {
  const all: Record<HelperSetName, readonly HelperGrant[]> = HELPER_SETS
  const index = new Map<HelperName, HelperGrant[]>()
  for (const grant of [...sets.flatMap(set => all[set]), ...grants])
    for (const name of grant.helpers) {
      if (without?.includes(name)) continue
      const known = index.get(name)
      if (known) known.push(grant)
      else index.set(name, [grant])
    }
  return index
}

/** The rows of a program type: one, but for struct_ops as many as there are structures that the hook may be of. */
function rowsOf(caller: HelperCaller): readonly ProgramHelpersRow[] {
  const rows = PROGRAM_HELPERS.filter((row: ProgramHelpersRow) => row.programType === caller.programType)
  if (caller.hook === undefined || rows.length === 1) return rows
  const struct = caller.hook.split(".")[0]
  const own = rows.filter((row: ProgramHelpersRow) => row.struct === struct)
  return own.length > 0 ? own : rows.filter((row: ProgramHelpersRow) => row.struct === undefined)
}

function grantedTo(name: HelperName, caller: HelperCaller): HelperVerdict {
  let because = `${caller.programType} programs cannot call ${name}`
  const onlyAt: string[] = []
  for (const row of rowsOf(caller))
    for (const grant of grantsOf(row, name)) {
      const failure = unmet(name, grant, caller)
      if (failure !== undefined) because = failure
      else if (caller.hook !== undefined || !grant.hooks) return { allowed: true }
      else onlyAt.push(...grant.hooks)
    }
  return onlyAt.length > 0 ? { allowed: true, onlyAt } : refuse("program", because)
}

/** The first condition of a grant that a program does not meet, in words. */
function unmet(name: string, grant: HelperGrant, caller: HelperCaller): string | undefined {
  const attach = attachTypeOf(caller)
  const { programType, hook } = caller
  if (grant.since && !isSince(grant.since, caller.release))
    return `${programType} programs may call ${name} from ${grant.since} on`
  if (grant.attachTypes && !grant.attachTypes.includes(attach))
    return `${name} is for ${programType} programs of attach type ${grant.attachTypes.join(", ")}`
  if (grant.exceptAttachTypes?.includes(attach)) return `${name} is not for attach type ${attach}`
  if (
    hook !== undefined &&
    ((grant.hooks && !grant.hooks.includes(hook)) || grant.exceptHooks?.includes(hook))
  )
    return `${name} is not for ${hook}`
  const missing = [grant.capability ?? []].flat().find(each => !holds(caller, each))
  if (missing) return `${name} needs ${missing}`
  if (grant.config && caller.config && !caller.config(grant.config))
    return `${name} needs a kernel with ${grant.config}`
  return undefined
}

function holds({ capabilities }: HelperCaller, capability: string): boolean {
  return !capabilities || capabilities.includes(capability) || capabilities.includes("CAP_SYS_ADMIN")
}

/** As the kernel fills it in at load: 0 is cgroup_inet_ingress. Source: bpf_prog_load_fixup_attach_type. */
function attachTypeOf({ programType, attachType }: HelperCaller): AttachTypeName {
  return attachType ?? (programType === "cgroup_sock" ? "cgroup_inet_sock_create" : "cgroup_inet_ingress")
}

/** Where a program may call a helper: "any" place, "none" of those it can be at, or the hooks to choose from. */
function placesOf(name: HelperName, caller: HelperCaller): "any" | "none" | readonly string[] {
  const rule = PROBE_RULES.find(
    ({ helpers, programTypes }) =>
      (helpers as readonly string[]).includes(name) &&
      (programTypes as readonly string[]).includes(caller.programType),
  )
  if (!rule) return "any"
  const hooks: string[] = []
  for (const place of rule.places as readonly ProbePlace[]) {
    if (place.programTypes && !place.programTypes.includes(caller.programType)) continue
    if (place.attachTypes && !place.attachTypes.includes(attachTypeOf(caller))) continue
    if (place.exceptPrefix && caller.hook?.startsWith(place.exceptPrefix)) continue
    const there = place.hooks?.filter(row => isThere(row, caller.release)).map(row => row.hook)
    if (!there || (caller.hook !== undefined && there.includes(caller.hook))) return "any"
    hooks.push(...there)
  }
  return hooks.length === 0 || caller.hook !== undefined ? "none" : hooks
}

function isThere({ since, until }: HookRow, release: Release): boolean {
  return (!since || isSince(since, release)) && (!until || compareReleases(release, until) < 0)
}
