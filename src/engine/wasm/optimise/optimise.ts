import type { Step } from "../flow/blocks.ts"
import { type FlowGraph, flowGraph } from "../flow/graph.ts"
import { limitLoops, limitSearches } from "../flow/loop-limits.ts"
import { loopsOf } from "../flow/loops.ts"
import { frameOffset } from "../flow/registers.ts"
import type { Signatures } from "../flow/signatures.ts"
import { type Facts, NO_FACTS } from "./facts.ts"
import { firstFreeRegister, type Inliner } from "./inline.ts"
import { MAX_UNPAID, payForLoops } from "./loop-charges.ts"
import { rangesOf } from "./ranges.ts"
import { shortBranches } from "./short-branches.ts"
import { promoteSlots, type StackSlot } from "./stack-slots.ts"
import { type Window, windowsOf } from "./windows.ts"

/** A function as the optimising tier writes it. It may be used where its conditions hold; elsewhere the quick tier's is. */
export interface Optimised {
  readonly graph: FlowGraph
  /** Registers go up to the one before this. */
  readonly registers: number
  readonly inside: ReadonlySet<Step>
  readonly short: ReadonlySet<Step>
  readonly slots: readonly StackSlot[]
  readonly conditions: Conditions
}

/** What must hold when a function starts. */
export interface Conditions {
  /** These parts of memory exist, and lie beside the function's frames when it keeps parts of them in registers. */
  readonly windows: readonly Window[]
  /** Fuel that must be left, for loops that pay late. */
  readonly fuel: number
  /** Frames below the function's own that there must be room for. */
  readonly innerFrames: number
}

/** What a function's optimisation depends on beside its own code. */
export interface OptimiseContext {
  readonly memoryBytes: number
  readonly signatures: Signatures
  /** True of every run. */
  readonly facts: Facts
}

/** Larger functions take too long. */
const MAX_STEPS = 4000

/**
 * The passes, in order:
 * 1. small functions are put into those that call them (inline.ts)
 * 2. parts of the frame move into registers (stack-slots.ts)
 * 3. numbers and distances from addresses get limits (ranges.ts)
 * 4. accesses within them need no check (windows.ts)
 *    and comparisons of small numbers need no more than 32 bits (short-branches.ts)
 * 5. loops that are known to end pay at their end (loop-charges.ts)
 * 6. of others some end at a limit that their fuel is turned into (flow/loop-limits.ts)
 * Undefined when there is nothing to win, or it takes too long.
 */
export function optimise(inliner: Inliner, start: number, context: OptimiseContext): Optimised | undefined {
  const best = attempt(inliner, start, context, true)
  // Where it is not known that accesses miss the frame, moving parts of it costs more than it saves.
  return best && best.slots.length > 0 && mayMeetFrame(best) ? attempt(inliner, start, context, false) : best
}

/** All that the quick tier does to a function: small ones are put into it. Undefined when there are none. */
export function filled(inliner: Inliner, start: number, signatures: Signatures): Optimised | undefined {
  const body = inliner.bodyOf(start)
  const { innerFrames } = body
  if (innerFrames === 0) return undefined
  return {
    graph: limitSearches(flowGraph(body.blocks), signatures, signatures.get(start)!),
    registers: firstFreeRegister(body),
    inside: new Set(),
    short: new Set(),
    slots: [],
    conditions: { windows: [], fuel: 0, innerFrames },
  }
}

function mayMeetFrame({ graph, inside }: Optimised): boolean {
  return graph.blocks.some(({ steps }) =>
    steps.some(
      step => "base" in step.operation && !inside.has(step) && frameOffset(step.operation.base) === undefined,
    ),
  )
}

function attempt(
  inliner: Inliner,
  start: number,
  { memoryBytes, signatures, facts }: OptimiseContext,
  withSlots: boolean,
): Optimised | undefined {
  const body = inliner.bodyOf(start)
  const { innerFrames } = body
  // The entry pays for what is in no loop, so it must be in none itself.
  const entry = { slot: start, cost: 0, steps: [], successors: [1] }
  const shifted = body.blocks.map(block => ({
    ...block,
    successors: block.successors.map(number => number + 1),
  }))
  const free = firstFreeRegister(body)
  const whole = [entry, ...shifted]
  const { blocks, slots } = withSlots ? promoteSlots(whole, free) : { blocks: whole, slots: [] }
  const registers = free + slots.length
  const graph = flowGraph(blocks)
  if (!graph.isReducible || graph.blocks.reduce((sum, { steps }) => sum + steps.length, 0) > MAX_STEPS)
    return undefined
  const loops = loopsOf(graph)
  // In functions that were put in, registers have other numbers.
  const ranges = rangesOf({
    graph,
    nest: loops,
    registers,
    slots,
    facts: innerFrames === 0 ? facts : NO_FACTS,
  })
  if (ranges === undefined) return undefined
  const { inside, windows } = windowsOf(graph, ranges, memoryBytes, innerFrames)
  const paid = payForLoops(graph, loops, ranges, registers, signatures)
  return {
    graph: limitLoops(flowGraph(paid.blocks), signatures),
    registers: paid.registers,
    inside,
    short: shortBranches(graph, ranges),
    slots,
    conditions: { windows, fuel: paid.paysLate ? 2 * MAX_UNPAID : 0, innerFrames },
  }
}
