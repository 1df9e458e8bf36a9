import type { Block } from "./blocks.ts"
import { fixedRounds } from "./fixed-loops.ts"
import type { FlowGraph } from "./graph.ts"
import type { Loop, LoopNest } from "./loops.ts"
import { calledBy, type Signatures } from "./signatures.ts"

/** What is taken at a block: when it is entered, and before the first round when it is the head of a loop. */
export interface Charges {
  readonly at: ReadonlyMap<number, number>
  readonly before: ReadonlyMap<number, number>
}

/** Loops that take more pay in each round, even if it is known how many there are: a run may end so much before its time. */
const MAX_AT_ONCE = 2 ** 18

/**
 * Where fuel is taken, and how much: the entry pays for every instruction outside of loops, the head of a loop for
 * those in it and in no loop inside of it. So a run never takes more instructions than it paid for, and
 * straight code pays once. Loops whose rounds are fixed pay for all of them when they are entered.
 */
export function fuelCharges(
  graph: FlowGraph,
  { loops, innermost }: LoopNest,
  signatures: Signatures,
): Charges {
  const at = new Map<number, number>()
  graph.blocks.forEach((block, number) => {
    const payer = innermost[number]?.head ?? 0
    if (graph.blocks[payer]!.isPaid) return
    at.set(payer, (at.get(payer) ?? 0) + costOf(block, signatures))
  })
  const before = new Map<number, number>()
  for (const loop of loops) {
    const cost = at.get(loop.head)
    const rounds = cost === undefined ? undefined : fixedRounds(graph, loop)
    if (cost === undefined || rounds === undefined || rounds * cost > MAX_AT_ONCE) continue
    before.set(loop.head, rounds * cost)
    at.delete(loop.head)
  }
  return { at, before }
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
