import { readFileSync } from "node:fs"
import type { HelperCaller } from "../../../src/catalog/details.ts"
import type { AttachTypeName, ProgramTypeName } from "../../../src/catalog/index.ts"

/** The golden file of one kernel, as distil.mjs writes it. */
export interface GoldenFile {
  readonly kernel: string
  readonly gplOnly?: string
  readonly answers: readonly {
    readonly programs: string
    readonly like?: string
    readonly changes: Readonly<Record<string, string>>
  }[]
  readonly refused: Readonly<Record<string, string>>
}

/** A program as a label of the golden files names it. */
export interface LabelledProgram {
  readonly label: string
  readonly programType: ProgramTypeName
  readonly attachType: AttachTypeName | undefined
  readonly hook: string | undefined
  readonly sleepable: boolean
  readonly capabilities: readonly string[] | undefined
}

/** A program that a kernel was asked about. */
export interface AskedProgram extends LabelledProgram {
  /** What the kernel said, by the name of the helper or kfunc; "." for one that is not there. */
  readonly answers: ReadonlyMap<string, string>
}

export function readGolden(name: string): GoldenFile {
  return JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8"))
}

/** Every program of a golden file with its answers in full. */
export function askedPrograms(golden: GoldenFile): AskedProgram[] {
  const byLabel = new Map<string, ReadonlyMap<string, string>>()
  return golden.answers.flatMap(({ programs, like, changes }) => {
    const answers = new Map(like === undefined ? [] : byLabel.get(like))
    for (const [letter, names] of Object.entries(changes))
      for (const name of names.split(" ")) answers.set(name, letter)
    return programs.split(" ").map(label => {
      byLabel.set(label, answers)
      return { ...readLabel(label), answers }
    })
  })
}

/** What the catalogue wants to know of a program, but for its kernel. */
export type LabelledCaller = Omit<HelperCaller, "release">

/** The program as the catalogue is asked about it. */
export function callerOf({
  programType,
  attachType,
  hook,
  sleepable,
  capabilities,
}: LabelledProgram): LabelledCaller {
  if (programType !== "ext") return { programType, attachType, hook, sleepable, capabilities }
  const [type, attach] = (hook ?? "").split("/")
  const extended = { programType: type as ProgramTypeName, attachType: attach as AttachTypeName | undefined }
  return { programType, extended, sleepable, capabilities }
}

/** Reads type/attach@hook+sleepable~capabilities. */
export function readLabel(label: string): LabelledProgram {
  const parts = /^(\w+)(?:\/(\w+))?(?:@([^+~]+))?(\+sleepable)?(?:~(.+))?$/.exec(label)
  if (!parts) throw new Error(`${label} is no label of a program`)
  const [, programType, attachType, hook, sleepable, held] = parts
  return {
    label,
    programType: programType as ProgramTypeName,
    attachType: attachType as AttachTypeName | undefined,
    hook,
    sleepable: sleepable !== undefined,
    capabilities: held?.split(",").flatMap(name => (name === "none" ? [] : [`CAP_${name.toUpperCase()}`])),
  }
}
