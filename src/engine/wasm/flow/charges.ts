import type { FlowGraph } from "./graph.ts"

/**
 * Where fuel is taken, and how much: the entry pays for every instruction outside of loops, the head of a loop for
 * those in it and in no loop inside of it. So a run never takes more instructions than it paid for, and
 * straight code pays once.
 */
export function fuelCharges({ blocks, predecessors, loopHeads }: FlowGraph): ReadonlyMap<number, number> {
  const owner: number[] = blocks.map(() => -1)
  // Inner loops have later heads: each block keeps the last one that claims it.
  for (const head of [...loopHeads].sort((a, b) => a - b)) {
    const open = predecessors[head]!.filter(block => block >= head)
    owner[head] = head
    const seen = new Set([head])
    while (open.length > 0) {
      const block = open.pop()!
      if (seen.has(block) || block < head) continue
      seen.add(block)
      owner[block] = head
      open.push(...predecessors[block]!)
    }
  }
  const charges = new Map<number, number>()
  blocks.forEach(({ start, end }, block) => {
    const payer = Math.max(owner[block]!, 0)
    charges.set(payer, (charges.get(payer) ?? 0) + end - start)
  })
  return charges
}
