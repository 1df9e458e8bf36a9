import { encodeUtf8 } from "../../../base/index.ts"
import { CommandFailure, type Invocation } from "../../run/invocation.ts"
import type { ShellCommand } from "../support/command.ts"
import { countOf, parseFlags } from "../support/flags.ts"
import { eachFile, linesOf, readText } from "../support/read.ts"

const TEN = 10
/** How wide wc makes numbers that it cannot guess. */
const UNKNOWN_WIDTH = 7

/** What head and tail have in common: options, and headings where there are many files. */
function ends(
  call: Invocation,
  take: (lines: readonly string[], count: string | undefined) => readonly string[],
): number {
  const { values, operands } = parseFlags(call, "", "n")
  const short = operands.find(word => /^-\d+$/.test(word))
  const files = operands.filter(word => word !== short)
  let isFirst = true
  return eachFile(call, files, path => {
    const shown = take(linesOf(readText(call, path)), values.get("n") ?? short)
    const heading = files.length > 1 ? `${isFirst ? "" : "\n"}==> ${path} <==\n` : ""
    isFirst = false
    call.out(heading + shown.map(line => `${line}\n`).join(""))
  })
}

export const head: ShellCommand = {
  summary: "print the first lines: head [-n N] [FILE]...",
  path: "/bin/head",
  run: call => ends(call, (lines, count) => lines.slice(0, countOf(call, count, TEN))),
}

export const tail: ShellCommand = {
  summary: "print the last lines, or those from line N: tail [-n N|+N] [FILE]...",
  path: "/bin/tail",
  run: call =>
    ends(call, (lines, count) => {
      if (count?.startsWith("+")) return lines.slice(Math.max(0, Number(count) - 1))
      const wanted = countOf(call, count, TEN)
      return wanted === 0 ? [] : lines.slice(-wanted)
    }),
}

export const sort: ShellCommand = {
  summary: "sort lines: sort [-rnu] [-k FIELD] [FILE]...",
  path: "/bin/sort",
  run(call) {
    const { on, values, operands } = parseFlags(call, "rnu", "k")
    const lines: string[] = []
    const status = eachFile(call, operands, path => lines.push(...linesOf(readText(call, path))))
    const field = values.has("k") ? Number.parseInt(values.get("k")!, 10) - 1 : undefined
    const key = (line: string): string =>
      field === undefined ? line : (line.trim().split(/\s+/).slice(field).join(" ") ?? "")
    const number = (line: string): number => Number.parseFloat(key(line)) || 0
    const compare = (a: string, b: string): number =>
      (on.has("n") ? number(a) - number(b) : order(key(a), key(b))) || order(a, b)
    lines.sort((a, b) => (on.has("r") ? compare(b, a) : compare(a, b)))
    const shown = on.has("u") ? lines.filter((line, index) => line !== lines[index - 1]) : lines
    call.out(shown.map(line => `${line}\n`).join(""))
    return status
  },
}

/** By bytes, as in the C locale. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export const uniq: ShellCommand = {
  summary: "leave repeated lines out: uniq [-cdu] [FILE]",
  path: "/bin/uniq",
  run(call) {
    const { on, operands } = parseFlags(call, "cdu")
    const runs: { readonly line: string; count: number }[] = []
    const status = eachFile(call, operands.slice(0, 1), path => {
      for (const line of linesOf(readText(call, path))) {
        const last = runs.at(-1)
        if (last?.line === line) last.count += 1
        else runs.push({ line, count: 1 })
      }
    })
    const shown = runs.filter(({ count }) => (!on.has("d") || count > 1) && (!on.has("u") || count === 1))
    call.out(
      shown
        .map(({ line, count }) => `${on.has("c") ? `${String(count).padStart(7)} ` : ""}${line}\n`)
        .join(""),
    )
    return status
  },
}

export const wc: ShellCommand = {
  summary: "count lines, words and bytes: wc [-lwc] [FILE]...",
  path: "/bin/wc",
  run(call) {
    const { on, operands } = parseFlags(call, "lwc")
    const wanted = ["l", "w", "c"].map(letter => on.size === 0 || on.has(letter))
    const rows: (readonly [counts: readonly number[], label: string])[] = []
    const status = eachFile(call, operands, path => {
      const text = readText(call, path)
      const words = text.split(/\s+/).filter(word => word !== "").length
      rows.push([[text.split("\n").length - 1, words, encodeUtf8(text).length], path])
    })
    const total = [0, 1, 2].map(index => rows.reduce((sum, [counts]) => sum + counts[index]!, 0))
    if (operands.length > 1) rows.push([total, "total"])
    // As wide as the number of all bytes; of a pipe nobody knows that before.
    const isAlone = wanted.filter(Boolean).length === 1 && rows.length === 1
    const width = isAlone ? 1 : operands.length > 0 ? String(total[2]).length : UNKNOWN_WIDTH
    for (const [counts, label] of rows) {
      const shown = counts.filter((_, index) => wanted[index]).map(count => String(count).padStart(width))
      call.out(`${shown.join(" ")}${label === "-" ? "" : ` ${label}`}\n`)
    }
    return status
  },
}

export const cut: ShellCommand = {
  summary: "print parts of lines: cut -d CHARACTER -f LIST [FILE]...",
  path: "/bin/cut",
  run(call) {
    const { values, operands } = parseFlags(call, "", "dfc")
    const list = values.get("f") ?? values.get("c")
    if (list === undefined)
      throw new CommandFailure("cut: you must specify a list of bytes, characters, or fields\n")
    const isWanted = wantedOf(list)
    const delimiter = values.has("c") ? "" : (values.get("d") ?? "\t")
    return eachFile(call, operands, path => {
      const shown = linesOf(readText(call, path)).map(line => {
        if (delimiter !== "" && !line.includes(delimiter)) return `${line}\n`
        return `${line
          .split(delimiter)
          .filter((_, index) => isWanted(index + 1))
          .join(delimiter)}\n`
      })
      call.out(shown.join(""))
    })
  },
}

/** "1,3-5,7-". */
function wantedOf(list: string): (field: number) => boolean {
  const ranges = list.split(",").map(part => {
    const [, from, dash, to] = /^(\d*)(-?)(\d*)$/.exec(part) ?? []
    if (from === undefined || (from === "" && to === ""))
      throw new CommandFailure(`cut: invalid field value '${part}'\n`)
    const first = from === "" ? 1 : Number(from)
    return [first, dash ? (to === "" ? Number.POSITIVE_INFINITY : Number(to)) : first] as const
  })
  return field => ranges.some(([first, last]) => field >= first && field <= last)
}
