import type { Errno } from "../base/index.ts"
import type { AttachTypeName, ProgramTypeName, Release } from "../catalog/index.ts"
import type { Explanation, SourceLine, VerifierStatistics } from "../verifier/index.ts"

/** What one kernel release says to one program. */
export interface ProgramReport {
  readonly program: string
  /** The ELF section as written. */
  readonly section: string
  /** Undefined for a section that means nothing. */
  readonly programType: ProgramTypeName | undefined
  readonly attachType: AttachTypeName | undefined
  readonly release: Release
  /**
   * "verified": every path was walked on the types of a real kernel of that release. "catalogue": there is no profile
   * of the release; only what the program uses was looked up, so it is refused for what is missing, or not decided.
   */
  readonly basis: "verified" | "catalogue"
  /** "unsupported": not decided, never taken for accepted. */
  readonly verdict: "accept" | "reject" | "unsupported"
  readonly errno: Errno | undefined
  /** The line that says why, in the kernel's (or libbpf's) words where they have some; "" when accepted. */
  readonly message: string
  /** Everything that the kernel's log would say from the refused instruction on. */
  readonly details: readonly string[]
  /** The slot that was refused; undefined where no instruction is to blame. */
  readonly instruction: number | undefined
  readonly source: SourceLine | undefined
  readonly explanation: Explanation | undefined
  /** What is odd about a program whatever the verdict is; left out where nothing is. */
  readonly notes?: readonly string[]
  /** As asked for with a log level; "" without. */
  readonly log: string
  /** Undefined where nothing was walked. */
  readonly stats: ReportStatistics | undefined
}

export interface ReportStatistics extends Omit<VerifierStatistics, "markRead"> {
  readonly milliseconds: number
}
