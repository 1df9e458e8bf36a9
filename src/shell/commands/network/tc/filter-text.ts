import type { EmbeddedProgram, Filter } from "../../../../embedded/index.ts"
import { programLine } from "../../../objects/program-line.ts"

/** What `tc filter show` prints of one side: a line for each priority, and one or more for each filter. */
export function filterLines(filters: readonly Filter[]): string {
  let last: number | undefined
  return filters
    .map(filter => {
      const kind = filter.kind === "classifier" ? "bpf" : "matchall"
      const head = `filter protocol all pref ${filter.priority} ${kind} chain 0 `
      const heading = filter.priority === last ? "" : `${head}\n`
      last = filter.priority
      return `${heading}${head}handle 0x${filter.handle.toString(16)} ${bodyOf(filter)}`
    })
    .join("")
}

function bodyOf({ kind, attachment, label, onlyMatches, action, actionIndex }: Filter): string {
  const { program } = attachment
  const name = label ?? program.name
  if (kind === "action") return `\n  not_in_hw\n${actionLines(program, name, actionIndex ?? 1)}`
  const direct = onlyMatches ? "" : "direct-action "
  const line = `${name} ${direct}not_in_hw ${programLine(program)}\n`
  return action ? line + actionLines(action.attachment.program, action.label, action.index) : line
}

function actionLines(program: EmbeddedProgram, name: string, index: number): string {
  return `\taction order 1: bpf ${name} ${programLine(program)}default-action pipe\n\t index ${index} ref 1 bind 1\n \n`
}
