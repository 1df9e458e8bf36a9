import {
  type AttachPoint,
  type AttachQuestion,
  detachRefusal,
  type MissingRight,
  missingToAttach,
  missingToDetach,
} from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { AttachHost } from "./attached.ts"

/** What this process lacks to attach a program there. */
export function missingRight(
  host: AttachHost,
  program: LoadedProgram,
  point: AttachPoint,
): MissingRight | undefined {
  return missingToAttach(question(host, program, point))
}

/** Throws AttachError (EPERM) where this process may not take a program off: its place would look like one that is gone. */
export function requireDetachRight(host: AttachHost, program: LoadedProgram, point: AttachPoint): void {
  const missing = missingToDetach(question(host, program, point))
  if (missing) throw detachRefusal(program, point, missing)
}

function question({ machine }: AttachHost, { type }: LoadedProgram, point: AttachPoint): AttachQuestion {
  return {
    point,
    programType: type,
    release: machine.release,
    capabilities: machine.capabilities(),
    perfEventParanoid: machine.perfEventParanoid,
  }
}
