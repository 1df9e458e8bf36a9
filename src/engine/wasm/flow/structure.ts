import type { FlowGraph } from "./graph.ts"
import type { LoopNest } from "./loops.ts"

/** What a walk over the structure of a function is told, in the order of the code. */
export interface StructureVisitor {
  /** `block` … `end`: a branch to it goes on behind the end. */
  openBlock(): void
  /** `loop` … `end`: a branch to it goes on at its start. */
  openLoop(block: number): void
  close(): void
  /** The operations of a block without the jump at its end. */
  body(block: number): void
  /** Leaves the condition of the block's branch on the stack. */
  condition(block: number): void
  /** `if` … `close`: on the condition. */
  openIf(): void
  branch(depth: number): void
  branchIf(depth: number): void
  /** Nothing follows here. */
  unreachable(): void
}

type Step =
  | { readonly kind: "tree"; readonly block: number }
  /** In the blocks of what comes behind its loop from `exit` on, outermost first. */
  | { readonly kind: "before"; readonly block: number; readonly exit: number }
  /** In those of its merge points from `merge` on, outermost first. */
  | { readonly kind: "within"; readonly block: number; readonly merge: number }
  | { readonly kind: "go"; readonly from: number; readonly to: number }
  | { readonly kind: "close" }

/**
 * Walks a reducible graph as nested blocks and loops: Ramsey, "Beyond Relooper" (ICFP 2022). Each block of the dominator
 * tree is followed by the merge points it dominates, those that come first innermost. What lies behind a loop comes behind its
 * end, though a block inside dominates it: compilers of WebAssembly take all that stands inside for the loop.
 * With a stack of its own: programs are deep.
 */
export function structure(graph: FlowGraph, { innermost }: LoopNest, visitor: StructureVisitor): void {
  const { blocks, predecessors, dominators, loopHeads } = graph
  const isMerge = predecessors.map(
    (from, block) => new Set(from.filter(predecessor => predecessor < block)).size > 1,
  )
  const merges: number[][] = blocks.map(() => [])
  const exits: number[][] = blocks.map(() => [])
  for (let block = blocks.length - 1; block > 0; block--) {
    const above = dominators[block]!
    let left: number | undefined
    for (let loop = innermost[above]; loop && !loop.blocks.has(block); loop = loop.parent) left = loop.head
    if (left !== undefined) {
      exits[left]!.push(block)
      isMerge[block] = true
    } else if (isMerge[block]) merges[above]!.push(block)
  }

  /** What is open, outermost first: the block that a branch to it leads to, or −1 for an `if`. */
  const open: number[] = []
  /** Where each block is in `open`. */
  const places = new Map<number, number>()
  const push = (target: number): void => {
    if (target >= 0) places.set(target, open.length)
    open.push(target)
  }
  const depthOf = (block: number): number => {
    const place = places.get(block)
    if (place === undefined || open[place] !== block) throw new Error(`BUG: block ${block} is out of reach`)
    return open.length - 1 - place
  }
  const isBranch = (from: number, to: number): boolean => to <= from || isMerge[to] === true

  const steps: Step[] = [{ kind: "tree", block: 0 }]
  const leave = (block: number): void => {
    const [first, second] = blocks[block]!.successors
    if (first === undefined) {
      visitor.unreachable()
      return
    }
    if (second === undefined) {
      steps.push({ kind: "go", from: block, to: first })
      return
    }
    visitor.condition(block)
    steps.push({ kind: "go", from: block, to: second })
    if (isBranch(block, first)) visitor.branchIf(depthOf(first))
    else {
      visitor.openIf()
      push(-1)
      steps.push({ kind: "close" }, { kind: "tree", block: first })
    }
  }
  /** Goes on inside a block whose end `target` follows. */
  const within = (target: number, inside: Step): void => {
    visitor.openBlock()
    push(target)
    steps.push({ kind: "tree", block: target }, { kind: "close" }, inside)
  }
  while (steps.length > 0) {
    const step = steps.pop()!
    switch (step.kind) {
      case "tree":
        steps.push({ kind: "before", block: step.block, exit: 0 })
        break
      case "before": {
        const outer = exits[step.block]![step.exit]
        if (outer !== undefined) {
          within(outer, { ...step, exit: step.exit + 1 })
          break
        }
        if (loopHeads.has(step.block)) {
          visitor.openLoop(step.block)
          push(step.block)
          steps.push({ kind: "close" })
        }
        steps.push({ kind: "within", block: step.block, merge: 0 })
        break
      }
      case "within": {
        const outer = merges[step.block]![step.merge]
        if (outer === undefined) {
          visitor.body(step.block)
          leave(step.block)
          break
        }
        within(outer, { ...step, merge: step.merge + 1 })
        break
      }
      case "go":
        if (isBranch(step.from, step.to)) visitor.branch(depthOf(step.to))
        else steps.push({ kind: "tree", block: step.to })
        break
      case "close":
        open.pop()
        visitor.close()
        break
      default:
        step satisfies never
    }
  }
}
