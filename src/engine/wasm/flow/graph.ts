import type { Block } from "./blocks.ts"

/** One function's blocks in reverse postorder: a block's number is its place there, 0 the entry. */
export interface FlowGraph {
  readonly blocks: readonly Block[]
  /** Blocks that control comes from, by number. */
  readonly predecessors: readonly (readonly number[])[]
  /** The immediate dominator of each block; the entry's is itself. */
  readonly dominators: readonly number[]
  /** Blocks that a later one goes back to. */
  readonly loopHeads: ReadonlySet<number>
  /** False when some loop can be entered beside its head. */
  readonly isReducible: boolean
}

/** Puts blocks in order; those that cannot be reached from the first one are left out. */
export function flowGraph(unordered: readonly Block[]): FlowGraph {
  const order = reversePostorder(unordered)
  const numbers = new Map(order.map((old, number) => [old, number]))
  const blocks = order.map(old => {
    const block = unordered[old]!
    return { ...block, successors: block.successors.map(successor => numbers.get(successor)!) }
  })
  const predecessors: number[][] = blocks.map(() => [])
  blocks.forEach(({ successors }, number) => {
    for (const successor of successors) predecessors[successor]!.push(number)
  })
  const dominators = immediateDominators(predecessors)
  return { blocks, predecessors, dominators, ...findLoops(blocks, dominators) }
}

function reversePostorder(blocks: readonly Block[]): number[] {
  const postorder: number[] = []
  const seen = new Set([0])
  const path: { readonly block: number; next: number }[] = [{ block: 0, next: 0 }]
  while (path.length > 0) {
    const top = path.at(-1)!
    const { successors } = blocks[top.block]!
    // The one behind a branch is looked at first, so it comes last: loops stay in one piece.
    const successor = successors[top.next++]
    if (successor === undefined) {
      postorder.push(top.block)
      path.pop()
    } else if (!seen.has(successor)) {
      seen.add(successor)
      path.push({ block: successor, next: 0 })
    }
  }
  return postorder.reverse()
}

/** Cooper, Harvey and Kennedy: "A Simple, Fast Dominance Algorithm". */
function immediateDominators(predecessors: readonly (readonly number[])[]): number[] {
  const dominators: number[] = predecessors.map(() => -1)
  dominators[0] = 0
  const common = (a: number, b: number): number => {
    let [left, right] = [a, b]
    while (left !== right) {
      while (left > right) left = dominators[left]!
      while (right > left) right = dominators[right]!
    }
    return left
  }
  for (let changed = true; changed; ) {
    changed = false
    for (let block = 1; block < predecessors.length; block++) {
      let found = -1
      for (const predecessor of predecessors[block]!)
        if (dominators[predecessor] !== -1) found = found < 0 ? predecessor : common(found, predecessor)
      if (dominators[block] === found) continue
      dominators[block] = found
      changed = true
    }
  }
  return dominators
}

/** Whether every way to a block goes through another one, or it is that one. */
export function dominates(dominators: readonly number[], above: number, block: number): boolean {
  let at = block
  while (at > above) at = dominators[at]!
  return at === above
}

function findLoops(
  blocks: readonly Block[],
  dominators: readonly number[],
): Pick<FlowGraph, "loopHeads" | "isReducible"> {
  const loopHeads = new Set<number>()
  let isReducible = true
  blocks.forEach(({ successors }, number) => {
    for (const successor of successors) {
      if (successor > number) continue
      loopHeads.add(successor)
      if (!dominates(dominators, successor, number)) isReducible = false
    }
  })
  return { loopHeads, isReducible }
}
