import { CodeWriter } from "../encode/code-writer.ts"
import type { LowHalves } from "./low-halves.ts"

/** The code of one BPF function. */
export class FunctionCode extends CodeWriter {
  /** Registers' low halves in locals of their own; undefined when they have none. */
  lows: LowHalves | undefined
}
