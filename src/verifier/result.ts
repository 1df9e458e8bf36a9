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

/** Bytes that a program touches of buffers whose size only the place that it is attached to knows. */
export interface BufferReach {
  /** Of a tracepoint's writable argument. */
  readonly tracepoint: number
  /** Of what an iterator gives to read, a key, and of what it gives to write, a value. */
  readonly rdonly: number
  readonly rdwr: number
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
  readonly reach: BufferReach
}
