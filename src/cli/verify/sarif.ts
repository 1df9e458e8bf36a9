import type { ProgramReport } from "../../verdict/index.ts"
import type { SourceLine } from "../../verifier/index.ts"
import type { VerifiedObject } from "./run-verify.ts"

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

/** SARIF 2.1.0: one run, a result for every program that is refused or not decided. */
export function toSarif(verified: readonly VerifiedObject[]): string {
  const rules: string[] = []
  const results = verified.flatMap(({ path, reports }) =>
    reports
      .filter(
        ({ verdict, basis }) => verdict !== "accept" && !(basis === "catalogue" && verdict !== "reject"),
      )
      .map(report => resultOf(path, report, rules)),
  )
  const driver = {
    name: "skep verify",
    rules: rules.map(id => ({ id, shortDescription: { text: id.replaceAll("-", " ") } })),
  }
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results }],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function resultOf(path: string, report: ProgramReport, rules: string[]) {
  const { explanation, source, program, release } = report
  const ruleId = explanation?.rule ?? (report.verdict === "reject" ? "load" : "not-decided")
  if (!rules.includes(ruleId)) rules.push(ruleId)
  const sentences = [
    `Linux ${release}: ${report.message}`,
    ...(explanation ? [explanation.what, explanation.known, `needs ${explanation.needs}`] : []),
    ...(explanation?.fix ? [`fix: ${explanation.fix}`] : []),
  ]
  const steps = explanation?.chain.filter(step => step.source !== undefined) ?? []
  return {
    ruleId,
    ruleIndex: rules.indexOf(ruleId),
    level: report.verdict === "reject" ? "error" : "warning",
    message: { text: sentences.join(". ") },
    locations: [
      {
        ...physical(source, path),
        logicalLocations: [{ name: program, kind: "function" }],
      },
    ],
    ...(steps.length > 0 && {
      codeFlows: [
        {
          threadFlows: [
            {
              locations: steps.map(step => ({
                location: { ...physical(step.source, path), message: { text: `${step.text}: ${step.does}` } },
              })),
            },
          ],
        },
      ],
    }),
    properties: { release, errno: report.errno ?? null, instruction: report.instruction ?? null },
  }
}

/** The source line; without one, the object as a whole. */
function physical(source: SourceLine | undefined, path: string) {
  const artifactLocation = { uri: uriOf(source?.file ?? path) }
  if (!source) return { physicalLocation: { artifactLocation } }
  const region = { startLine: source.line, snippet: { text: source.text } }
  // Line 0 is what compilers give to code of no line.
  return { physicalLocation: source.line > 0 ? { artifactLocation, region } : { artifactLocation } }
}

function uriOf(path: string): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/")
  return path.startsWith("/") ? `file://${encoded}` : encoded
}
