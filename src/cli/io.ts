import type { createColors } from "picocolors"
import type { CommandIo } from "../bpftool/index.ts"

/** What a command may touch of the outside world; tests inject their own. */
export interface Io extends CommandIo {
  /** Colour functions; the identity when standard output is no terminal or NO_COLOR is set. */
  readonly style: ReturnType<typeof createColors>
}
