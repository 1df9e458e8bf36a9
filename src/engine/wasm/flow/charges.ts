import type { Block } from "./blocks.ts"
import type { FlowGraph } from "./graph.ts"
import type { Loop, LoopNest } from "./loops.ts"
import { calledBy, type Signatures } from "./signatures.ts"

/**
 * Where fuel is taken, and how much: the entry pays for every instruction outside of loops, the head of a loop for
 * those in it and in no loop inside of it. So a run never takes more instructions than it paid for, and
 * straight code pays once.
 */
export function fuelCharges(
  graph: FlowGraph,
  { innermost }: LoopNest,
  signatures: Signatures,
): ReadonlyMap<number, number> {
  const charges = new Map<number, number>()
  graph.blocks.forEach((block, number) => {
    const payer = innermost[number]?.head ?? 0
    if (graph.blocks[payer]!.isPaid) return
    charges.set(payer, (charges.get(payer) ?? 0) + costOf(block, signatures))
  })
  return charges
}

/** What one round of a loop costs, inner loops left out. */
export function costOfRound(
  { blocks }: FlowGraph,
  innermost: readonly (Loop | undefined)[],
  loop: Loop,
  signatures: Signatures,
): number {
  let cost = 0
  for (const block of loop.blocks) if (innermost[block] === loop) cost += costOf(blocks[block]!, signatures)
  return cost
}

/** What a block takes, with functions that it pays for. */
export function costOf(block: Block, signatures: Signatures): number {
  let { cost } = block
  for (const step of block.steps) {
    const target = calledBy(step)
    if (target !== undefined) cost += signatures.get(target)?.cost ?? 0
  }
  return cost
}
