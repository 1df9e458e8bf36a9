import type { ExecutableProgram } from "../machine.ts"
import type { Tier } from "./tier.ts"

/** Instructions that a program takes until it is hot; a run counts for some, too. */
const [HOT, PER_RUN] = [1_000_000, 2_000]

/** Which programs are worth the optimising tier. */
export class Heat {
  readonly #taken = new WeakMap<ExecutableProgram["instructions"], number>()

  tierOf({ instructions }: ExecutableProgram): Tier {
    return (this.#taken.get(instructions) ?? 0) < HOT ? "quick" : "optimising"
  }

  /** So many runs, of which no more is known. */
  addRuns(program: ExecutableProgram, count: number): void {
    this.add(program, (count - 1) * PER_RUN)
  }

  /** A run took so many instructions. */
  add({ instructions }: ExecutableProgram, taken: number): void {
    const before = this.#taken.get(instructions) ?? 0
    if (before < HOT) this.#taken.set(instructions, before + taken + PER_RUN)
  }
}
