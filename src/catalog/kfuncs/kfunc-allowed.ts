import type { AttachTypeName } from "../attach-types.ts"
import type { ProgramTypeName } from "../program-types.ts"
import { compareReleases, isSince, type Release } from "../releases.ts"
import type { KfuncRow } from "./kfunc-row.ts"
import {
  KFUNC_HOOKS,
  KFUNC_SETS,
  type KfuncHookMember,
  type KfuncRegistration,
  type KfuncSetRow,
} from "./kfunc-sets.ts"

/** The program that wants to call a kfunc. */
export interface KfuncCaller {
  readonly programType: ProgramTypeName
  readonly attachType?: AttachTypeName | undefined
  readonly release: Release
  readonly sleepable?: boolean | undefined
  /** For ext: the program whose function it replaces. */
  readonly extended?: {
    readonly programType: ProgramTypeName
    readonly attachType?: AttachTypeName | undefined
  }
}

/** Why a call is refused: "unknown" to this release, not for the "program", only where "sleepable", or "deviceBound". */
export type KfuncRefusal = "unknown" | "program" | "sleepable" | "deviceBound"

export type KfuncVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly refusal: KfuncRefusal; readonly because: string }

/** The first release in which every program type may call the kfuncs that are for all. */
const EVERY_TYPE_SINCE = "6.2"

/**
 * Whether a program may call a kfunc, on a kernel that is built with it. Source: btf_kfunc_id_set_contains of
 * kernel/bpf/btf.c and check_kfunc_call of kernel/bpf/verifier.c; 6.1 and 6.12 were asked for every program type.
 */
export function kfuncAllowed(row: KfuncRow, caller: KfuncCaller): KfuncVerdict {
  const { name, since, until, flags } = row
  if (!isSince(since, caller.release))
    return refuse("unknown", `${name} came with ${since ?? "a later release"}`)
  if (until && compareReleases(caller.release, until) >= 0)
    return refuse("unknown", `${name} went with ${until}`)
  const set: KfuncSetRow = KFUNC_SETS[row.set]
  if (set.deviceBound) return refuse("deviceBound", `${name} is for programs that are loaded for one device`)
  const target = caller.programType === "ext" ? { ...caller, ...caller.extended } : caller
  if (!set.registrations.some(registration => reaches(registration, target)))
    return refuse(
      "program",
      `calling kernel function ${name} is not allowed in ${target.programType} programs`,
    )
  if (flags.includes("sleepable") && !caller.sleepable)
    return refuse("sleepable", `${name} may sleep, which only sleepable programs may`)
  return { allowed: true }
}

/** A program type that may call a kfunc, and from which release on; "every" stands for all types. */
export interface KfuncGrantee {
  readonly programType: ProgramTypeName | "every"
  readonly since: Release | undefined
  readonly attachTypes: readonly AttachTypeName[] | undefined
}

/** Who may call a kfunc, over all releases. */
export function kfuncGrantees(row: KfuncRow): KfuncGrantee[] {
  const set: KfuncSetRow = KFUNC_SETS[row.set]
  return set.registrations.flatMap(({ hook, since, programTypes, attachTypes }): KfuncGrantee[] => {
    if (hook === "every")
      return [{ programType: "every", since: latest(row.since, EVERY_TYPE_SINCE), attachTypes }]
    const members: readonly KfuncHookMember[] = KFUNC_HOOKS[hook]
    return members
      .filter(({ programType }) => !programTypes || programTypes.includes(programType))
      .map(member => ({
        programType: member.programType,
        since: latest(row.since, since, member.since),
        attachTypes,
      }))
  })
}

function refuse(refusal: KfuncRefusal, because: string): KfuncVerdict {
  return { allowed: false, refusal, because }
}

function reaches(
  { hook, since, programTypes, attachTypes }: KfuncRegistration,
  caller: KfuncCaller,
): boolean {
  const { programType, attachType, release } = caller
  if (since && !isSince(since, release)) return false
  if (hook === "every") return isSince(EVERY_TYPE_SINCE, release)
  const members: readonly KfuncHookMember[] = KFUNC_HOOKS[hook]
  const member = members.find(member => member.programType === programType)
  if (!member || (member.since && !isSince(member.since, release))) return false
  if (programTypes && !programTypes.includes(programType)) return false
  return !attachTypes || (attachType !== undefined && attachTypes.includes(attachType))
}

/** The latest of the releases that are given; undefined when the kfunc's own is. */
function latest(first: Release | undefined, ...others: (Release | undefined)[]): Release | undefined {
  if (first === undefined) return undefined
  return others.reduce<Release>(
    (newest, other) => (other !== undefined && compareReleases(other, newest) > 0 ? other : newest),
    first,
  )
}
