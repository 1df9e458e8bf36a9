import type { Operation } from "../isa/index.ts"
import type { ExecutableProgram } from "./machine.ts"
import { prepare } from "./prepare.ts"

/** First slots of the functions of a program: its entry, what it calls, and what it takes the address of. */
export function functionStarts(operations: readonly Operation[]): number[] {
  const starts = new Set([0])
  for (const operation of operations) {
    if (operation.kind === "call" && operation.callee.kind === "subprogram")
      starts.add(operation.callee.target)
    else if (operation.kind === "load64" && operation.value.kind === "function")
      starts.add(operation.value.target)
  }
  return [...starts].sort((a, b) => a - b)
}

/** Whether a function starts at a slot: what calls through registers and callbacks may go to. */
export function isFunction({ instructions, entries = [] }: ExecutableProgram, slot: bigint): boolean {
  const operations = prepare(instructions)
  let starts = known.get(operations)
  if (starts === undefined) {
    starts = new Set(functionStarts(operations))
    known.set(operations, starts)
  }
  return slot < operations.length && (starts.has(Number(slot)) || entries.includes(Number(slot)))
}

const known = new WeakMap<readonly Operation[], ReadonlySet<number>>()
