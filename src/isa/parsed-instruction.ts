import type { Operation } from "./operation.ts"
import type { Target } from "./parse-operands.ts"

/** Turns a target into a slot once every label is known. */
export type ResolveTarget = (target: Target) => number

/** One parsed instruction: labels in it may stand further down, so its operation is made later. */
export interface ParsedInstruction {
  readonly slots: 1 | 2
  operation(resolve: ResolveTarget): Operation
}
