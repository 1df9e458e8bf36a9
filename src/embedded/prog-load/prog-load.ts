import { errnoNumber } from "../../base/index.ts"
import type { AttachTypeName, Capability } from "../../catalog/index.ts"
import {
  type BufferReach,
  type VerifierKernel,
  type VerifierProgram,
  verifyProgram,
} from "../../verifier/index.ts"
import { type CheckingKernel, refusedAtOnce } from "./check-load.ts"
import { intoBuffer, isLogValid, type LogRequest } from "./log-buffer.ts"

/** The kernel that a program is loaded into. */
export interface LoadingHost extends CheckingKernel {
  readonly verifierKernel: VerifierKernel
  since(release: string): boolean
}

/** What BPF_PROG_LOAD is given. */
export interface LoadAttributes {
  readonly program: VerifierProgram
  /** As the caller gave it, undefined for 0; the program has what the kernel makes of it. */
  readonly expectedAttachType: AttachTypeName | undefined
  /** What the calling process holds. */
  readonly capabilities: ReadonlySet<Capability>
  readonly log: LogRequest
  /** False to run it without the verifier's word. */
  readonly verify: boolean
}

export interface LoadAnswer {
  /** Positive; 0 for success. */
  readonly errno: number
  readonly log: string
  /** Instructions that the verifier walked; undefined when it was not asked. */
  readonly verifiedInstructions: number | undefined
  /** What it touches of buffers whose size the place knows that it will be attached to. */
  readonly reach?: BufferReach
}

/** BPF_PROG_LOAD: what the kernel checks, in its order, and its verifier's word. */
export function progLoad(attributes: LoadAttributes, host: LoadingHost): LoadAnswer {
  const { program, expectedAttachType: attachType, capabilities, log } = attributes
  const { type, flags, instructions } = program
  const refused = refusedAtOnce({ type, attachType, flags, length: instructions.length, capabilities }, host)
  if (refused) return { errno: errnoNumber(refused), log: "", verifiedInstructions: undefined }
  if (!isLogValid(log, host.release))
    return { errno: errnoNumber("EINVAL"), log: "", verifiedInstructions: undefined }
  if (!attributes.verify) return { errno: 0, log: "", verifiedInstructions: undefined }
  const result = verifyProgram(program, host.verifierKernel, {
    logLevel: log.size > 0 ? log.level : 0,
    capabilities,
  })
  const written = intoBuffer(result.log, log, host.release)
  return {
    errno: written.isFull ? errnoNumber("ENOSPC") : result.errno,
    log: written.log,
    verifiedInstructions: result.stats.processed,
    reach: result.reach,
  }
}
