import type { ProgramReport } from "../../verdict/index.ts"
import type { VerifiedObject } from "./run-verify.ts"

/** An array with one element a program and release; what does not apply is null. */
export function toJson(verified: readonly VerifiedObject[]): string {
  const elements = verified.flatMap(({ path, reports }) => reports.map(report => elementOf(path, report)))
  return `${JSON.stringify(elements, null, 2)}\n`
}

function elementOf(object: string, report: ProgramReport) {
  const { explanation } = report
  return {
    object,
    section: report.section,
    program: report.program,
    programType: report.programType ?? null,
    attachType: report.attachType ?? null,
    release: report.release,
    basis: report.basis,
    verdict: report.verdict,
    errno: report.errno ?? null,
    message: report.message,
    details: report.details,
    instruction: report.instruction ?? null,
    source: report.source ?? null,
    explanation: explanation
      ? {
          ...explanation,
          rule: explanation.rule ?? null,
          chain: explanation.chain.map(step => ({ ...step, source: step.source ?? null })),
        }
      : null,
    stats: report.stats ?? null,
    ...(report.notes && { notes: report.notes }),
    ...(report.log !== "" && { log: report.log }),
  }
}
