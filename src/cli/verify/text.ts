import type { ProgramReport } from "../../verdict/index.ts"
import type { Explanation, SourceLine } from "../../verifier/index.ts"
import { wrap } from "../explain/text.ts"
import { type Cell, type Column, table } from "../inspect/table.ts"
import type { Io } from "../io.ts"
import type { VerifiedObject } from "./run-verify.ts"

type Style = Io["style"]

/** A table of verdicts for each object, then what there is to say of every refusal. */
export function toText(verified: readonly VerifiedObject[], style: Style): string {
  const all = verified.flatMap(each => each.reports)
  const blocks = verified.flatMap(({ path, reports }) => objectText(path, reports, style))
  return `${[...blocks, summary(all, style)].join("\n\n")}\n`
}

function objectText(path: string, reports: readonly ProgramReport[], style: Style): string[] {
  if (reports.length === 0) return []
  const heading = `${style.bold(path)} on Linux ${reports[0]!.release}${style.dim(basisText(reports[0]!))}`
  return [
    [heading, verdicts(reports, style).trimEnd(), ...notes(reports, style)].join("\n"),
    ...reports.filter(needsWords).map(report => refusalText(report, style)),
  ]
}

function notes(reports: readonly ProgramReport[], style: Style): string[] {
  const all = reports.flatMap(({ program, notes = [] }) => notes.map(note => `${program}: ${note}`))
  const indent = " ".repeat(8)
  return all.map(note => `  ${style.yellow("note")}  ${wrap(note, indent).join("\n").trimStart()}`)
}

/** What the verdicts rest on, where it is not a kernel of the verifier's own release. */
function basisText({ basis, release }: ProgramReport): string {
  if (basis === "catalogue") return " (looked up, not verified: there is no profile of it)"
  return release === "6.12" ? "" : " (its types, helpers and kfuncs; paths are walked as 6.12 walks them)"
}

function needsWords({ explanation, log }: ProgramReport): boolean {
  return explanation !== undefined || log !== ""
}

const COLUMNS: readonly Column[] = [
  { title: "" },
  { title: "program" },
  { title: "type" },
  { title: "insns", align: "right" },
  { title: "states", align: "right" },
  { title: "stack", align: "right" },
  { title: "ms", align: "right" },
  { title: "why" },
]

function verdicts(reports: readonly ProgramReport[], style: Style): string {
  const rows = reports.map((report): Cell[] => {
    const { stats, verdict } = report
    const count = (value: number | undefined) => ({
      text: value === undefined ? "" : value.toLocaleString("en"),
    })
    return [
      verdictCell(report, style),
      { text: report.program, style: style.cyan },
      { text: report.programType ?? "" },
      count(stats?.processed),
      count(stats?.totalStates),
      { text: verdict === "accept" ? (stats?.stackDepth.join("+") ?? "") : "" },
      { text: stats ? stats.milliseconds.toFixed(1) : "", style: style.dim },
      { text: verdict === "accept" ? "" : withErrno(report) },
    ]
  })
  return table(COLUMNS, rows, style.dim)
}

export function verdictCell(
  { verdict, basis }: Pick<ProgramReport, "verdict" | "basis">,
  style: Style,
): Cell {
  switch (verdict) {
    case "accept":
      return { text: "accepted", style: style.green }
    case "reject":
      return { text: "rejected", style: style.red }
    case "unsupported":
      return { text: basis === "verified" ? "unsupported" : "not verified", style: style.yellow }
    default:
      return verdict satisfies never
  }
}

function withErrno({ message, errno, verdict }: ProgramReport): string {
  return verdict === "reject" && errno ? `${message} (${errno})` : message
}

function refusalText(report: ProgramReport, style: Style): string {
  const { explanation, source, log } = report
  const lines = [`${style.bold(report.program)}: ${withErrno(report)}`]
  for (const line of report.details) if (line !== report.message) lines.push(`  ${style.dim(line)}`)
  if (report.instruction !== undefined && explanation)
    lines.push(...placeLines(report.instruction, source, style))
  if (explanation) lines.push(...explanationLines(explanation, source, style))
  if (log !== "")
    lines.push(
      style.dim("  log"),
      ...log
        .trimEnd()
        .split("\n")
        .map(line => `    ${line}`),
    )
  return lines.join("\n")
}

const LABEL = 7

function labelled(label: string, text: string, style: Style): string[] {
  const indent = " ".repeat(2 + LABEL)
  const [first = "", ...rest] = wrap(text, indent)
  return [`  ${style.cyan(label.padEnd(LABEL))}${first.trimStart()}`, ...rest]
}

function placeLines(instruction: number, source: SourceLine | undefined, style: Style): string[] {
  const slot = `instruction ${instruction}`
  if (!source) return labelled("at", slot, style)
  const text = `${source.file}:${source.line}, ${slot}`
  return [...labelled("at", text, style), `${" ".repeat(2 + LABEL)}${style.bold(source.text)}`]
}

function explanationLines(explanation: Explanation, source: SourceLine | undefined, style: Style): string[] {
  const { what, known, needs, fix, since } = explanation
  return [
    ...labelled("what", what, style),
    ...labelled("known", known, style),
    ...labelled("needs", needs, style),
    ...(fix === undefined ? [] : labelled("fix", fix, { ...style, cyan: style.green })),
    ...(since === undefined ? [] : labelled("since", since, style)),
    ...chainLines(explanation, source?.file, style),
  ]
}

/** The steps under the label "path", in columns: instruction, what it does, source line. */
function chainLines({ chain }: Explanation, file: string | undefined, style: Style): string[] {
  if (chain.length === 0) return []
  const width = (of: (step: Explanation["chain"][number]) => string) =>
    Math.max(...chain.map(step => of(step).length))
  const [slots, texts, does] = [width(s => String(s.instruction)), width(s => s.text), width(s => s.does)]
  return chain.map((step, index) => {
    const { instruction, text, source } = step
    const label = index === 0 ? style.cyan("path".padEnd(LABEL)) : " ".repeat(LABEL)
    const other =
      source && source.file !== file ? `${source.file.slice(source.file.lastIndexOf("/") + 1)}:` : ""
    const where = source ? `${other}${source.line}: ${source.text}` : ""
    const row = `${String(instruction).padStart(slots)}: ${text.padEnd(texts)}  ${step.does.padEnd(does)}  ${style.dim(where)}`
    return `  ${label}${row}`.trimEnd()
  })
}

export function summary(reports: readonly ProgramReport[], style: Style): string {
  const count = (verdict: ProgramReport["verdict"]) => reports.filter(each => each.verdict === verdict).length
  const [accepted, rejected, unsupported] = [count("accept"), count("reject"), count("unsupported")]
  return [
    `${accepted} accepted`,
    ...(rejected > 0 ? [style.red(`${rejected} rejected`)] : []),
    ...(unsupported > 0 ? [style.yellow(`${unsupported} not decided`)] : []),
  ].join(", ")
}
