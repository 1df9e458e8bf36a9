import { errnoName, errorText, LoadError, VerifierError } from "../../base/index.ts"
import type { ProgramSpec } from "../../object/index.ts"
import { type LoadedKind, type LoadingKernel, loadHint, verifierHint } from "./load-hint.ts"
import { explainPoison, lastUsefulLine, sourceOfFailure } from "./verifier-log.ts"

/** A load that a kernel refused: the answer of BPF_PROG_LOAD, and what a second try with a log said. */
export interface Refusal {
  readonly program: Pick<ProgramSpec, "name" | "lines">
  readonly kind: LoadedKind | undefined
  /** Positive. */
  readonly errno: number
  readonly log: string
  /** What the loader could not resolve, by slot: the relocation and why. */
  readonly problems: ReadonlyMap<number, string>
}

/** The error of a refused load, in libbpf's words with the line of the log that says why. Both kernels throw it. */
export function loadRefusal(refusal: Refusal, kernel: LoadingKernel): LoadError {
  const { program, kind, log } = refusal
  const name = errnoName(refusal.errno)
  const errno = name && { errno: name }
  const where = `prog '${program.name}': BPF program load failed: ${errorText(refusal.errno)}`
  const said = explainPoison(log, refusal.problems) ?? lastUsefulLine(log)
  if (said === undefined)
    return new LoadError(where, { ...errno, ...(kind && { hint: loadHint(kind, name, kernel) }) })
  const source = sourceOfFailure(log, program)
  const hint = verifierHint(said)
  return new VerifierError(`${where}: ${said}${source ? ` (${source})` : ""}`, {
    ...errno,
    ...(hint !== undefined && { hint }),
    log,
  })
}
