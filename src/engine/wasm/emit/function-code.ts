import { CodeWriter } from "../encode/code-writer.ts"
import type { Step } from "../flow/blocks.ts"
import { CheckedAccesses } from "./checked.ts"
import type { LowHalves } from "./halves/low-halves.ts"

/** The code of one BPF function. */
export class FunctionCode extends CodeWriter {
  /** The function takes fuel for what it does; otherwise its callers have. */
  paysItself = true
  /** Loads of the block at hand, with the steps that write to the same places. */
  updates: ReadonlyMap<Step, Step> = new Map()
  readonly checked = new CheckedAccesses()
  /** Registers' low halves in locals of their own; undefined when they have none. */
  lows: LowHalves | undefined
}
