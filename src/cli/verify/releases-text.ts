import type { ProgramReport } from "../../verdict/index.ts"
import { table } from "../inspect/table.ts"
import type { Io } from "../io.ts"
import type { VerifiedObject } from "./run-verify.ts"
import { verdictCell } from "./text.ts"

type Style = Io["style"]

const NOTE =
  "verified: every path was walked on the types of a captured kernel of that release.\nlooked up: only what the program uses was compared with the releases that have it; nothing else is known."

/** For each program, ranges of releases that give the same answer, and which kind of answer it is. */
export function releasesText(verified: readonly VerifiedObject[], style: Style): string {
  const blocks = verified.flatMap(({ path, reports }) => {
    const programs = [...new Set(reports.map(each => each.program))]
    return programs.map(program => {
      const own = reports.filter(each => each.program === program)
      const { programType, section } = own[0]!
      const heading = `${style.bold(program)}: ${programType ?? "unknown type"}, SEC("${section}") of ${path}`
      return `${heading}\n${rangesTable(own, style).trimEnd()}`
    })
  })
  return `${[...blocks, style.dim(NOTE)].join("\n\n")}\n`
}

interface Range {
  readonly first: ProgramReport
  last: ProgramReport
}

function rangesTable(reports: readonly ProgramReport[], style: Style): string {
  const ranges: Range[] = []
  for (const report of reports) {
    const current = ranges.at(-1)
    if (current && isSame(current.last, report)) current.last = report
    else ranges.push({ first: report, last: report })
  }
  const rows = ranges.map(({ first, last }) => [
    { text: first.release === last.release ? first.release : `${first.release} to ${last.release}` },
    verdictCell(first, style),
    first.basis === "verified"
      ? { text: "verified", style: style.bold }
      : { text: "looked up", style: style.dim },
    { text: wordsOf(first) },
  ])
  return table(
    [{ title: "release" }, { title: "answer" }, { title: "kind" }, { title: "why" }],
    rows,
    style.dim,
  )
}

/** Verified answers stand for themselves. */
function isSame(a: ProgramReport, b: ProgramReport): boolean {
  if (a.basis === "verified" || b.basis === "verified") return false
  return a.verdict === b.verdict && (a.verdict !== "reject" || a.message === b.message)
}

function wordsOf({ verdict, basis, message, stats, errno }: ProgramReport): string {
  if (verdict === "accept") return `${stats?.processed.toLocaleString("en")} instructions walked`
  if (verdict === "reject") return basis === "verified" && errno ? `${message} (${errno})` : message
  return basis === "verified" ? message : "uses nothing that is missing there"
}
