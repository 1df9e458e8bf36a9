import type { FlowGraph } from "./graph.ts"

/** A natural loop of a reducible graph. */
export interface Loop {
  readonly head: number
  readonly blocks: ReadonlySet<number>
  /** The loop around it. */
  readonly parent: Loop | undefined
}

export interface LoopNest {
  /** Outer loops come before inner ones. */
  readonly loops: readonly Loop[]
  /** The innermost loop of each block. */
  readonly innermost: readonly (Loop | undefined)[]
}

/** The loops of a graph. In an irreducible one some blocks may be missing from them. */
export function loopsOf({ blocks, predecessors, loopHeads }: FlowGraph): LoopNest {
  const innermost: (Loop | undefined)[] = blocks.map(() => undefined)
  const loops: Loop[] = []
  // Inner loops have later heads: each block keeps the last one that claims it.
  for (const head of [...loopHeads].sort((a, b) => a - b)) {
    const open = predecessors[head]!.filter(block => block >= head)
    const body = new Set([head])
    while (open.length > 0) {
      const block = open.pop()!
      if (body.has(block) || block < head) continue
      body.add(block)
      open.push(...predecessors[block]!)
    }
    const loop: Loop = { head, blocks: body, parent: innermost[head] }
    loops.push(loop)
    for (const block of body) innermost[block] = loop
  }
  return { loops, innermost }
}
