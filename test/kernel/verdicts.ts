// Compares what a guest's kernel said to the programs of our objects (suite/verdicts.ts) with what `verify` says.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { readObject } from "../../src/object/index.ts"
import { loadBuiltinProfile } from "../../src/profile/node.ts"
import { type ProgramReport, verify } from "../../src/verdict/index.ts"
import { lastLine } from "../verifier/last-line.mjs"
import type { KernelAnswer } from "./suite/kernel-answer.ts"

export interface ComparedVerdict {
  /** "program of path/to/object". */
  readonly name: string
  /** In words; undefined where both say the same. */
  readonly difference: string | undefined
  /** Why nothing is compared. */
  readonly skipped?: string
}

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Nothing where the suite was not asked for answers. */
export async function compareVerdicts(release: string, results: string): Promise<ComparedVerdict[]> {
  const file = join(results, "verdicts")
  if (!existsSync(file)) return []
  const answers = new Map<string, KernelAnswer[]>()
  for (const line of readFileSync(file, "utf8").trim().split("\n")) {
    const answer = JSON.parse(line) as KernelAnswer
    answers.set(answer.object, [...(answers.get(answer.object) ?? []), answer])
  }
  const profile = await loadBuiltinProfile(release)
  const compared: ComparedVerdict[] = []
  for (const [path, all] of answers) {
    const object = readObject(readFileSync(join(root, path)), { name: path })
    const { programs } = await verify(object, { profiles: [profile], logLevel: 1 })
    for (const answer of all) {
      const name = `${answer.program} of ${path}`
      const ours = programs[answer.program]![release]!
      compared.push(
        ours.programType === "ext"
          ? { name, difference: undefined, skipped: "what it replaces is not told" }
          : { name, difference: differenceOf(ours, answer) },
      )
    }
  }
  return compared
}

function differenceOf(ours: ProgramReport, { errno, message, log }: KernelAnswer): string | undefined {
  const accepted = message === undefined
  const said = `ours: ${ours.verdict} ${ours.errno ?? ""} ${ours.message}\nkernel: ${errno ?? ""} ${message}`
  if (ours.verdict !== (accepted ? "accept" : "reject")) return said
  if (accepted) return undefined
  if (ours.errno !== errno) return said
  if (log === undefined || lastLine(ours.log) === lastLine(log)) return undefined
  return `ours: ${lastLine(ours.log)}\nkernel: ${lastLine(log)}`
}
