import type { ExecutableProgram } from "../machine.ts"
import type { Tier } from "./compile.ts"

/** Instructions that a program takes until it is hot; a run counts for some, too. */
const [HOT, PER_RUN] = [1_000_000, 2_000]

/** Which programs are worth the optimising tier. */
export class Heat {
  readonly #taken = new WeakMap<ExecutableProgram["instructions"], number>()

  tierOf({ instructions }: ExecutableProgram): Tier {
    return (this.#taken.get(instructions) ?? 0) < HOT ? "quick" : "optimising"
  }

  /** A run took so many instructions. */
  add({ instructions }: ExecutableProgram, taken: number): void {
    const before = this.#taken.get(instructions) ?? 0
    if (before < HOT) this.#taken.set(instructions, before + taken + PER_RUN)
  }
}
