import { CommandFailure } from "../../run/invocation.ts"
import type { ShellCommand } from "../support/command.ts"
import { countOf, parseFlags } from "../support/flags.ts"
import { eachFile, linesOf, readText } from "../support/read.ts"
import { patternOf } from "./pattern.ts"

const [NONE, TROUBLE] = [1, 2]

export const grep: ShellCommand = {
  summary: "print lines that match: grep [-ivcnEFqlowh] [-m N] [-A N] [-B N] PATTERN [FILE]...",
  path: "/bin/grep",
  run(call) {
    const { on, values, operands } = parseFlags(call, "ivcnEFqlowh", "emAB")
    const [pattern, ...files] = values.has("e") ? [values.get("e")!, ...operands] : operands
    if (pattern === undefined)
      throw new CommandFailure("usage: grep [OPTION]... PATTERN [FILE]...\n", TROUBLE)
    const kind = on.has("F") ? "fixed" : on.has("E") ? "extended" : "basic"
    const matcher = patternOf(pattern, kind, { isWord: on.has("w"), isAnyCase: on.has("i") })
    const most = countOf(call, values.get("m"), Number.POSITIVE_INFINITY)
    const [before, after] = [countOf(call, values.get("B"), 0), countOf(call, values.get("A"), 0)]
    let isFound = false
    const status = eachFile(
      call,
      files,
      path => {
        const lines = linesOf(readText(call, path))
        const matching = lines
          .flatMap((line, index) => (matcher.test(line) !== on.has("v") ? [index] : []))
          .slice(0, most)
        isFound ||= matching.length > 0
        const label = files.length > 1 && !on.has("h") ? `${path}:` : ""
        if (on.has("q")) return
        if (on.has("l")) {
          if (matching.length > 0) call.out(`${path}\n`)
          return
        }
        if (on.has("c")) {
          call.out(`${label}${matching.length}\n`)
          return
        }
        const shown = around(matching, lines.length, before, after)
        const isMatch = new Set(matching)
        let last: number | undefined
        const text = shown.map(index => {
          const gap = before + after > 0 && last !== undefined && index > last + 1 ? "--\n" : ""
          last = index
          const mark = isMatch.has(index) ? ":" : "-"
          const number = on.has("n") ? `${index + 1}${mark}` : ""
          const line = lines[index]!
          const parts = on.has("o")
            ? [...line.matchAll(new RegExp(matcher, `${matcher.flags}g`))].map(([part]) => part)
            : [line]
          return gap + parts.map(part => `${label}${number}${part}\n`).join("")
        })
        if (text.length > 0) call.out(text.join(""))
      },
      TROUBLE,
    )
    return status || (isFound ? 0 : NONE)
  },
}

/** The lines that match and those near them, each once. */
function around(matching: readonly number[], count: number, before: number, after: number): number[] {
  const shown = new Set<number>()
  for (const index of matching)
    for (let near = Math.max(0, index - before); near <= Math.min(count - 1, index + after); near++)
      shown.add(near)
  return [...shown].sort((a, b) => a - b)
}
