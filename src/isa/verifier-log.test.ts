import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { assemble } from "./assemble.ts"
import { formatInstruction } from "./format-instruction.ts"

/**
 * Lines of verifier logs of Linux 6.12, up to three for every shape that an instruction took in 7,000 lines, cut
 * at 110 columns.
 */
const LINES = readFileSync(new URL("./golden/verifier-log-lines.txt", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")

describe("lines of the kernel's verifier log", () => {
  test.each(LINES)("%s", line => {
    const text = line.replace(/^\d+: /, "").replace(/(\s*;| \d+: frame).*$/, "")
    const kfunc = /call (\w+)#/.exec(text)?.[1]
    const names = kfunc === undefined ? {} : { kfunc: () => kfunc }
    for (const input of [line, text, text.slice(5)]) {
      expect(formatInstruction(assemble(input), 0, names)).toBe(text)
    }
  })

  test("there are enough of them", () => {
    expect(LINES.length).toBeGreaterThan(300)
  })
})
