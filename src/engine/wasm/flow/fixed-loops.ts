import type { Comparison, OperationOf } from "../../../isa/index.ts"
import type { Block, Step } from "./blocks.ts"
import { OPPOSITE } from "./comparisons.ts"
import type { FlowGraph } from "./graph.ts"
import type { Loop } from "./loops.ts"
import { writeOf } from "./registers.ts"

/** Numbers stay exact, and do not wrap around. */
const MAX_NUMBER = 2 ** 40

/**
 * How often a loop goes round when that can be read from its instructions: one block that counts a register from a constant
 * to a constant, and is left at its end only. Clang writes a second block that only jumps back.
 */
export function fixedRounds(graph: FlowGraph, loop: Loop): number | undefined {
  const { blocks, predecessors } = graph
  const head = blocks[loop.head]!
  if ([...loop.blocks].some(block => block !== loop.head && !isJumpOnly(blocks[block]!))) return undefined
  const branch = head.steps.at(-1)?.operation
  if (branch?.kind !== "branch" || branch.width === 32 || branch.source.kind === "register") return undefined
  const outside = predecessors[loop.head]!.filter(block => !loop.blocks.has(block))
  if (outside.length !== 1 || head.successors.length < 2) return undefined
  const step = stepOf(head, branch.dst)
  const first = step === undefined ? undefined : constantAtEnd(blocks[outside[0]!]!, branch.dst)
  if (step === undefined || first === undefined) return undefined
  const goesOn = loop.blocks.has(head.successors[0]!)
  if (goesOn === loop.blocks.has(head.successors[1]!)) return undefined
  return roundsUntil(
    goesOn ? branch.comparison : OPPOSITE[branch.comparison],
    first,
    step,
    branch.source.value,
  )
}

function isJumpOnly({ steps }: Block): boolean {
  return steps.length === 1 && steps[0]!.operation.kind === "jump"
}

/** What a register grows by in a block that goes through to its end, if that is all that happens to it. */
function stepOf({ steps }: Block, register: number): number | undefined {
  let found: number | undefined
  for (const step of steps) {
    const { kind } = step.operation
    if (kind === "call" || kind === "packetLoad") return undefined
    if (writeOf(step) !== register) continue
    if (found !== undefined) return undefined
    found = growthOf(step)
    if (found === undefined) return undefined
  }
  return found
}

/** What an operation adds to its register, if no more than that. */
export function growthOf({ operation }: Step): number | undefined {
  if (operation.kind !== "alu" || operation.width !== 64 || operation.source.kind === "register")
    return undefined
  const { value } = operation.source
  if (operation.operator === "add") return value
  return operation.operator === "sub" ? -value : undefined
}

function constantAtEnd({ steps }: Block, register: number): number | undefined {
  const last = steps.findLast(step => writeOf(step) === register)?.operation
  return last?.kind === "move" ? constantOf(last) : undefined
}

function constantOf({ source, signExtendFrom }: OperationOf<"move">): number | undefined {
  return source.kind === "immediate" && source.value >= 0 && signExtendFrom === undefined
    ? source.value
    : undefined
}

/** Rounds while what the counter has become compares like this with a limit. Numbers that are negative are not followed. */
function roundsUntil(
  comparison: Comparison | undefined,
  first: number,
  step: number,
  limit: number,
): number | undefined {
  if (limit < 0) return undefined
  const rounds = roundsBefore(comparison, (limit - first) / step, step)
  const end = first + step * (rounds ?? 0)
  return rounds !== undefined && rounds >= 1 && end >= 0 && end <= MAX_NUMBER ? rounds : undefined
}

/** `distance` is the limit's from the start, in steps. */
function roundsBefore(
  comparison: Comparison | undefined,
  distance: number,
  step: number,
): number | undefined {
  switch (comparison) {
    case "ne":
      return Number.isInteger(distance) ? distance : undefined
    case "lt":
    case "slt":
      return step > 0 ? Math.max(Math.ceil(distance), 1) : undefined
    case "le":
    case "sle":
      return step > 0 ? Math.max(Math.floor(distance) + 1, 1) : undefined
    case "gt":
    case "sgt":
      return step < 0 ? Math.max(Math.ceil(distance), 1) : undefined
    case "ge":
    case "sge":
      return step < 0 ? Math.max(Math.floor(distance) + 1, 1) : undefined
    default:
      return undefined
  }
}
