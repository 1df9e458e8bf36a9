import { didYouMean, RelocationError, UsageError } from "../base/index.ts"
import type { Release } from "../catalog/index.ts"
import type { ObjectSpec, ProgramSpec } from "../object/index.ts"
import type { KernelProfile } from "../profile/index.ts"
import { checkByCatalogue, knownReleases, requirementsOf } from "./catalogue-check.ts"
import type { ProgramReport } from "./program-report.ts"
import { headOf, placeObject, type VerifyChoices, verifyOn } from "./verify-program.ts"

export interface VerifyOptions extends VerifyChoices {
  /** Names of the built-in profiles ("6.1", "6.12", "6.12-arm64"), or releases of the catalogue; the newest profile of x86-64 unless told. */
  readonly releases?: readonly Release[]
  /** Profiles of one's own instead: in a browser the only way. */
  readonly profiles?: readonly KernelProfile[]
  /** Only these programs. */
  readonly programs?: readonly string[]
}

/** What kernels say to the programs of an object: by program, then by release. */
export interface VerifyReport {
  readonly programs: Readonly<Record<string, Readonly<Record<Release, ProgramReport>>>>
}

export const DEFAULT_RELEASE = "6.12"

/**
 * What Linux would say to the programs of an object, on every release that is asked for, without a kernel: verdict,
 * errno, message, source line and an explanation. Releases without a profile are only looked up in the catalogue,
 * and never accepted (`basis`). Throws UsageError for a release or program that there is not.
 */
export async function verify(object: ObjectSpec, options: VerifyOptions = {}): Promise<VerifyReport> {
  const kernels = options.profiles ?? (await findKernels(options.releases ?? [DEFAULT_RELEASE]))
  const programs = choose(object, options.programs)
  const found: Record<string, Record<Release, ProgramReport>> = {}
  for (const kernel of kernels)
    for (const report of verifyAll(object, programs, kernel, options)) {
      found[report.program] ??= {}
      found[report.program]![report.release] = report
    }
  return { programs: found }
}

/** A kernel to ask: its profile, or only its release. */
export type AskedKernel = KernelProfile | Release

/** Every program on one kernel. */
export function verifyAll(
  object: ObjectSpec,
  programs: readonly ProgramSpec[],
  kernel: AskedKernel,
  choices: VerifyChoices,
): ProgramReport[] {
  if (typeof kernel === "string")
    return programs.map(program => checkByCatalogue(program, requirementsOf(object, program), kernel))
  try {
    const place = placeObject(object, kernel)
    return programs.map(program => verifyOn(place, program, choices))
  } catch (error) {
    if (!(error instanceof RelocationError)) throw error
    return programs.map(program => notPlaced(program, kernel.name, error))
  }
}

/** The object as a whole does not fit the kernel. */
function notPlaced(program: ProgramSpec, release: Release, error: RelocationError): ProgramReport {
  return {
    ...headOf(program, release),
    basis: "verified",
    verdict: "reject",
    errno: error.errno ?? "EINVAL",
    message: error.message,
    details: [],
    instruction: undefined,
    source: undefined,
    explanation: {
      rule: undefined,
      what: "belongs to an object that cannot be loaded",
      known: error.message,
      needs: "options that the kernel's configuration has",
      ...(error.hint !== undefined && { fix: error.hint }),
      chain: [],
    },
    log: "",
    stats: undefined,
  }
}

/** The programs of these names, in the object's order; all without names. Throws UsageError that suggests near ones. */
export function choose(object: ObjectSpec, names: readonly string[] | undefined): readonly ProgramSpec[] {
  if (!names) return object.programs
  const known = object.programs.map(program => program.name)
  for (const name of names) {
    if (known.includes(name)) continue
    const list = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`
    const hint = didYouMean(name, known)
    throw new UsageError(`object ${object.name} has no program '${name}': ${list}`, {
      errno: "ENOENT",
      ...(hint !== undefined && { hint }),
    })
  }
  return object.programs.filter(program => names.includes(program.name))
}

/** Built-in profiles are files of this package; only Node can read them, so only there is the reader loaded. */
export async function findKernels(releases: readonly Release[]): Promise<AskedKernel[]> {
  const { builtinReleases, loadProfile } = await import("../profile/node.ts")
  const builtin = await builtinReleases()
  return Promise.all(
    releases.map(async (release): Promise<AskedKernel> => {
      const isFile = release.includes("/") || release.endsWith(".skepprofile")
      if (isFile || builtin.includes(release)) {
        const profile = await loadProfile(release)
        // What was written by hand is no kernel to decide by.
        if (isFile || !profile.handMade) return profile
      }
      if (knownReleases().includes(release)) return release
      const known = knownReleases()
      const profiles = await Promise.all(builtin.map(loadProfile))
      const captured = profiles.filter(each => !each.handMade).map(each => each.name)
      throw new UsageError(`there is no Linux release '${release}' here`, {
        errno: "ENOENT",
        hint: `verified: ${captured.join(", ")}; looked up: ${known[0]} to ${known.at(-1)}; or the path of a profile (skep profile capture)`,
      })
    }),
  )
}

/** Every release that is known, oldest first; those with a captured profile by it. */
export async function everyKernel(): Promise<AskedKernel[]> {
  return findKernels(knownReleases())
}
