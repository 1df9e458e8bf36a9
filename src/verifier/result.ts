import type { Explanation } from "./explain/explanation.ts"

export interface VerifierStatistics {
  /** Instructions walked over all paths. */
  readonly processed: number
  readonly totalStates: number
  readonly peakStates: number
  readonly maxStatesPerInsn: number
  readonly markRead: number
  /** Bytes, one number a function. */
  readonly stackDepth: readonly number[]
}

export interface VerifierResult {
  readonly verdict: "accept" | "reject" | "unsupported"
  /** As a positive number; 0 when accepted. */
  readonly errno: number
  /** The line that says why, "" when accepted. */
  readonly message: string
  /** In the kernel's format. */
  readonly log: string
  /** Where the walk stood when it ended. */
  readonly instruction: number
  /** Of a refusal, when it was asked for. */
  readonly explanation: Explanation | undefined
  readonly stats: VerifierStatistics
}
