export interface MapRun {
  readonly name: string
  /** Commands in the words of README.md, "create" first. */
  readonly steps: readonly string[]
}

export const MAP_RUNS: readonly MapRun[]
