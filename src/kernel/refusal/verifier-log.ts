import { POISON_HELPER, type ProgramSpec } from "../../object/index.ts"

/** The last line of a verifier's log that says something: not the statistics, nor the states of an endless loop, behind it. */
export function lastUsefulLine(log: string): string | undefined {
  // Some messages end no line: the statistics stand right behind them.
  const lines = log.split("\n").map(line => line.replace(/processed \d+ insns \(limit .*/, "").trim())
  return lines.findLast(
    line =>
      line !== "" &&
      !/^((cur|old) state:|max_states_per_insn|verification time|stack depth|peak_states|mark_read)/.test(
        line,
      ),
  )
}

/** Calls of what loaders put in for what a kernel lacks: the helper for CO-RE, and from 2002000000 on kernel functions. */
const POISONED = new RegExp(`^(\\d+): \\(85\\) call unknown#(?:${POISON_HELPER}|2002\\d{6})\\b`, "gm")

/** Where the log says a poisoned instruction was reached: what this kernel could not satisfy. */
export function explainPoison(log: string, problems: ReadonlyMap<number, string>): string | undefined {
  if (!/invalid func unknown#\d+\n/.test(log)) return undefined
  const slot = [...log.matchAll(POISONED)].at(-1)?.[1]
  return slot === undefined ? undefined : problems.get(Number(slot))
}

/** The source line of the instruction that the log ends at: "count.bpf.c:12: x = *p;". */
export function sourceOfFailure(log: string, program: Pick<ProgramSpec, "lines">): string | undefined {
  const slot = [...log.matchAll(/^(\d+): \([0-9a-f]{2}\)/gm)].at(-1)?.[1]
  if (slot === undefined) return undefined
  const line = program.lines.findLast(line => line.at <= Number(slot))
  return line && `${line.file}:${line.line}: ${line.text.trim()}`
}
