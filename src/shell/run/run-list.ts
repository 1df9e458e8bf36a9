import { SkepError } from "../../base/index.ts"
import { type ListItem, parse } from "../language/index.ts"
import type { Shell } from "../shell.ts"
import { errorLines } from "./invocation.ts"
import { runPipeline } from "./run-pipeline.ts"

/** Of a line that is no line of the language. */
const SYNTAX = 2

/** Runs command lines, all of them whatever their statuses, and gives the status of the last one. */
export async function runText(shell: Shell, text: string): Promise<number> {
  try {
    const parsed = parse(text)
    if (parsed.kind === "list") await runItems(shell, parsed.items)
    else {
      shell.io.err(`error: syntax: the text ends where ${parsed.missing} is wanted\n`)
      shell.status = SYNTAX
    }
  } catch (error) {
    if (!(error instanceof SkepError)) throw error
    shell.io.err(errorLines(error))
    shell.status = SYNTAX
  }
  return shell.end ?? shell.status
}

async function runItems(shell: Shell, items: readonly ListItem[]): Promise<void> {
  for (const { when, pipeline } of items) {
    if (shell.end !== undefined) return
    const isDue = when === "always" || (when === "after success") === (shell.status === 0)
    if (!isDue) continue
    const status = await runPipeline(shell, pipeline.commands)
    shell.status = pipeline.isNegated ? (status === 0 ? 1 : 0) : status
  }
}
