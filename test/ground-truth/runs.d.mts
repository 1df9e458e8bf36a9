export interface TraceRun {
  readonly name: string
  readonly about: string
  readonly command: "/bin/true" | "/bin/files"
  /** In the order of attaching. */
  readonly programs: readonly string[]
}

export interface AnswerRun {
  readonly name: string
  readonly object: "memory" | "maps" | "elements"
  readonly programs: readonly [string, ...string[]]
}

export const TRACE_RUNS: readonly TraceRun[]
export const ANSWER_RUNS: readonly AnswerRun[]
