import { POISON_HELPER, type ProgramSpec } from "../../object/index.ts"

/** The last line of a verifier's log that says something: not the statistics, nor the states of an endless loop, behind it. */
export function lastUsefulLine(log: string): string | undefined {
  const lines = log.split("\n").map(line => line.trim())
  return lines.findLast(
    line =>
      line !== "" &&
      !/^(processed \d+ insns|(cur|old) state:|max_states_per_insn|verification time|stack depth|peak_states|mark_read)/.test(
        line,
      ),
  )
}

/** Where the log says a poisoned instruction was reached: the relocation that this kernel could not satisfy. */
export function explainPoison(log: string, problems: ReadonlyMap<number, string>): string | undefined {
  if (!log.includes(`#${POISON_HELPER}`)) return undefined
  const slot = [...log.matchAll(/^(\d+): \(85\) call unknown#195896080/gm)].at(-1)?.[1]
  return slot === undefined ? undefined : problems.get(Number(slot))
}

/** The source line of the instruction that the log ends at: "count.bpf.c:12: x = *p;". */
export function sourceOfFailure(log: string, program: Pick<ProgramSpec, "lines">): string | undefined {
  const slot = [...log.matchAll(/^(\d+): \([0-9a-f]{2}\)/gm)].at(-1)?.[1]
  if (slot === undefined) return undefined
  const line = program.lines.findLast(line => line.at <= Number(slot))
  return line && `${line.file}:${line.line}: ${line.text.trim()}`
}
