import type { FlowGraph } from "./graph.ts"
import type { Loop, LoopNest } from "./loops.ts"

/**
 * Where fuel is taken, and how much: the entry pays for every instruction outside of loops, the head of a loop for
 * those in it and in no loop inside of it. So a run never takes more instructions than it paid for, and
 * straight code pays once.
 */
export function fuelCharges(graph: FlowGraph, { innermost }: LoopNest): ReadonlyMap<number, number> {
  const charges = new Map<number, number>()
  graph.blocks.forEach(({ cost }, block) => {
    const payer = innermost[block]?.head ?? 0
    if (graph.blocks[payer]!.isPaid) return
    charges.set(payer, (charges.get(payer) ?? 0) + cost)
  })
  return charges
}

/** What one round of a loop costs, inner loops left out. */
export function costOfRound(
  { blocks }: FlowGraph,
  innermost: readonly (Loop | undefined)[],
  loop: Loop,
): number {
  let cost = 0
  for (const block of loop.blocks) if (innermost[block] === loop) cost += blocks[block]!.cost
  return cost
}
