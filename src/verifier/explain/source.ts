import type { LineInfo } from "../../btf/index.ts"
import type { SourceLine } from "./explanation.ts"

/** The line that an instruction was made of: the last record at or before it. */
export function sourceAt(lines: readonly LineInfo[], at: number): SourceLine | undefined {
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (lines[middle]!.at <= at) low = middle + 1
    else high = middle
  }
  const found = lines[low - 1]
  return found && { file: found.file.replace(/^\.\//, ""), line: found.line, text: tidy(found.text) }
}

/** Tabs and the backslashes of continued lines tell nothing. */
function tidy(text: string): string {
  return text
    .replace(/\s*\\$/, "")
    .replace(/\s+/g, " ")
    .trim()
}
