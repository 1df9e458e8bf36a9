import type { Arena } from "../../arena.ts"
import type { Step } from "../flow/blocks.ts"
import type { Signatures } from "../flow/signatures.ts"
import { FUNCTION_IMPORTS } from "../layout.ts"
import type { FoundCall, NativeFunctions } from "../natives.ts"
import type { StackSlot } from "../optimise/stack-slots.ts"

/** What the code of a function depends on beside its own blocks. */
export interface FunctionContext {
  /** Numbers of the program's functions, by their first slots. */
  readonly functions: ReadonlyMap<number, number>
  readonly signatures: Signatures
  /** How large memory is: programs do not see it grow while they run. */
  readonly memoryBytes: number
  /** Accesses that are known to stay inside memory, and out of its unused beginning. */
  readonly inside: ReadonlySet<Step>
  /** Branches that compare numbers of no more than 32 bits. */
  readonly short: ReadonlySet<Step>
  /** Parts of the frame that are kept in registers. */
  readonly slots: readonly StackSlot[]
  /** Frames of functions that are part of this one, below its own. */
  readonly innerFrames: number
  readonly arena: Arena | undefined
  /** Helper calls that need not leave WebAssembly. */
  readonly natives: NativeFunctions | undefined
  readonly nativeCalls: ReadonlyMap<Step, FoundCall>
}

/** The number of the program's first function: behind the imported ones. */
export function firstFunction({ natives }: FunctionContext): number {
  return FUNCTION_IMPORTS.length + (natives?.parameters.length ?? 0)
}

/** The number of the first function that was taken in, behind the program's own. */
export function firstLeaf(context: FunctionContext): number {
  return firstFunction(context) + context.functions.size
}
