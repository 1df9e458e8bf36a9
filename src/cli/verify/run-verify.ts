import { didYouMean, UsageError } from "../../base/index.ts"
import type { Capability } from "../../catalog/index.ts"
import type { ObjectSpec } from "../../object/index.ts"
import {
  type AskedKernel,
  everyKernel,
  findKernels,
  type ProgramReport,
  verifyAll,
} from "../../verdict/index.ts"
import { Exit } from "../command.ts"
import { openObject } from "../inspect/open-object.ts"
import type { Io } from "../io.ts"
import { toGithub } from "./github.ts"
import { toJson } from "./json.ts"
import { releasesText } from "./releases-text.ts"
import { toSarif } from "./sarif.ts"
import { toText } from "./text.ts"

export const FORMATS = ["text", "json", "github", "sarif"] as const
export type Format = (typeof FORMATS)[number]

export interface VerifyOptions {
  /** Paths of object files. */
  readonly objects: readonly string[]
  readonly programs?: readonly string[]
  /** A release, the path of a profile, or "all". */
  readonly release: string
  readonly logLevel: number
  /** What the loading process holds; everything when left out. */
  readonly capabilities?: readonly Capability[]
  readonly format: Format
}

/** One object file and what was said to its programs, by release and then by program. */
export interface VerifiedObject {
  readonly path: string
  readonly reports: readonly ProgramReport[]
}

/** Throws UsageError for unknown programs and releases, ObjectError for files that are no objects; ends with status 1 when something is refused. */
export async function runVerify(options: VerifyOptions, io: Io): Promise<void> {
  const isAll = options.release === "all"
  const kernels = await (isAll ? everyKernel() : findKernels([options.release]))
  const verified: VerifiedObject[] = []
  const objects: { readonly path: string; readonly object: ObjectSpec }[] = []
  for (const path of options.objects) objects.push({ path, object: (await openObject(path, io)).object })
  checkNames(objects, options.programs)
  for (const { path, object } of objects)
    verified.push({ path, reports: verifyObject(object, kernels, options) })
  for (const { path, reports } of verified) if (reports.length === 0) io.err(`${path}: no programs\n`)
  io.out(print(verified, isAll, options, io))
  const counted = verified.flatMap(each => each.reports).filter(each => !isAll || each.basis === "verified")
  if (counted.some(each => each.verdict !== "accept")) throw new Exit(1)
}

function print(
  verified: readonly VerifiedObject[],
  isAll: boolean,
  { format }: VerifyOptions,
  { style }: Io,
): string {
  switch (format) {
    case "json":
      return toJson(verified)
    case "github":
      return toGithub(verified)
    case "sarif":
      return toSarif(verified)
    case "text":
      return isAll ? releasesText(verified, style) : toText(verified, style)
    default:
      return format satisfies never
  }
}

function verifyObject(
  object: ObjectSpec,
  kernels: readonly AskedKernel[],
  { programs: names, logLevel, capabilities }: VerifyOptions,
): ProgramReport[] {
  const programs = object.programs.filter(({ name }) => names?.includes(name) ?? true)
  const choices = { logLevel, ...(capabilities && { capabilities }) }
  return kernels.flatMap(kernel => verifyAll(object, programs, kernel, choices))
}

/** Each name must be that of a program of one of the objects. */
function checkNames(
  objects: readonly { readonly object: ObjectSpec }[],
  names: readonly string[] | undefined,
): void {
  const known = objects.flatMap(({ object }) => object.programs.map(({ name }) => name))
  for (const name of names ?? []) {
    if (known.includes(name)) continue
    const list = known.length === 0 ? "there are none" : `there are ${known.join(", ")}`
    const hint = didYouMean(name, known)
    throw new UsageError(`no program '${name}': ${list}`, {
      errno: "ENOENT",
      ...(hint !== undefined && { hint }),
    })
  }
}
