import type { Block, Step } from "./blocks.ts"
import type { FlowGraph } from "./graph.ts"
import type { Loop } from "./loops.ts"

/** Changes a graph's blocks, and puts new ones between them. */
export class GraphEdit {
  readonly #graph: FlowGraph
  readonly #blocks: Block[]

  constructor(graph: FlowGraph) {
    this.#graph = graph
    this.#blocks = [...graph.blocks]
  }

  /** With the graph's own first, in their order. */
  get blocks(): readonly Block[] {
    return this.#blocks
  }

  /** Blocks outside a loop that its first round comes from. */
  entriesOf(loop: Loop): readonly number[] {
    return this.#graph.predecessors[loop.head]!.filter(block => !loop.blocks.has(block))
  }

  change(block: number, change: Partial<Block>): void {
    this.#blocks[block] = { ...this.#blocks[block]!, ...change }
  }

  /** A way that an outer loop leaves too, or that enters another one, has a block already: the new one comes before it. */
  between(from: number, to: number, cost: number, steps: readonly Step[]): void {
    if (cost === 0 && steps.length === 0) return
    const block = this.#blocks[from]!
    const place = this.#graph.blocks[from]!.successors.indexOf(to)
    const next = block.successors[place]!
    const { slot } = this.#graph.blocks[to]!
    this.#blocks.push({ slot, cost, steps, successors: [next] })
    this.change(from, { successors: block.successors.with(place, this.#blocks.length - 1) })
  }
}
