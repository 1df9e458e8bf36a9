import type { ProgramReport } from "../../verdict/index.ts"
import type { VerifiedObject } from "./run-verify.ts"

/** Workflow commands, which annotate lines of source: an error for each refusal, a warning for what is not decided. */
export function toGithub(verified: readonly VerifiedObject[]): string {
  return verified.flatMap(({ path, reports }) => reports.flatMap(report => annotation(path, report))).join("")
}

function annotation(path: string, report: ProgramReport): string[] {
  if (report.verdict === "accept" || (report.basis === "catalogue" && report.verdict !== "reject")) return []
  const { source, explanation, program, release } = report
  const properties = [
    ["file", source?.file ?? path],
    ["line", source && String(source.line)],
    [
      "title",
      `${program}: ${report.verdict === "reject" ? "refused by" : "not decided for"} Linux ${release}`,
    ],
  ] as const
  const list = properties.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${property(value)}`],
  )
  const text = [
    report.message,
    ...(explanation ? [`${explanation.what}; ${explanation.known}; needs ${explanation.needs}`] : []),
    ...(explanation?.fix ? [`fix: ${explanation.fix}`] : []),
  ].join("\n")
  const kind = report.verdict === "reject" ? "error" : "warning"
  return [`::${kind} ${list.join(",")}::${data(text)}\n`]
}

/** What ends a command, and the escape itself. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C")
}
