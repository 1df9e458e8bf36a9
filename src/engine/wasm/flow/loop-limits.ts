import type { LoopLimit, LoopRefund, Step } from "./blocks.ts"
import { costOfRound } from "./charges.ts"
import { GraphEdit } from "./edit.ts"
import { growthOf } from "./fixed-loops.ts"
import { dominates, type FlowGraph, flowGraph } from "./graph.ts"
import { type Loop, loopsOf } from "./loops.ts"
import { writeOf } from "./registers.ts"
import type { Signature, Signatures } from "./signatures.ts"

/** Steps and costs that cannot overflow what is calculated with them. */
const MAX_STEP = 2 ** 15
const MAX_COST = 2 ** 12

interface Counter {
  readonly register: number
  readonly step: number
  /** Where it grows. */
  readonly block: number
}

/**
 * Lets loops with a register that grows by the same in each round count no fuel, though nobody knows when they end: when
 * one is entered, the fuel is turned into the value of that register that no round may begin with, and back again where the
 * loop is left. Only innermost loops without calls: nothing else may look at the fuel meanwhile.
 */
export function limitLoops(
  graph: FlowGraph,
  signatures: Signatures,
  isWorthIt: (loop: Loop) => boolean = () => true,
): FlowGraph {
  const { loops, innermost } = loopsOf(graph)
  const parents = new Set(loops.map(({ parent }) => parent))
  let edit: GraphEdit | undefined
  // Later ones first: where one loop leads to the next, fuel comes back from the first before the second takes it.
  for (const loop of [...loops].reverse()) {
    if (parents.has(loop) || graph.blocks[loop.head]!.isPaid || !isWorthIt(loop)) continue
    const cost = costOfRound(graph, innermost, loop, signatures)
    const counter = cost <= MAX_COST ? counterOf(graph, loop) : undefined
    if (counter === undefined) continue
    edit ??= new GraphEdit(graph)
    limit(edit, graph, loop, counter, cost)
  }
  return edit ? flowGraph(edit.blocks) : graph
}

/** Limits loops that mostly search, in functions that pay themselves. */
export function limitSearches(graph: FlowGraph, signatures: Signatures, own: Signature): FlowGraph {
  if (!graph.isReducible || own.cost !== undefined) return graph
  return limitLoops(graph, signatures, loop => hasBranches(graph, loop))
}

/** Loops with branches inside are mostly those that search, and go round often enough to be worth a beginning and an end. */
function hasBranches({ blocks }: FlowGraph, loop: Loop): boolean {
  let working = 0
  for (const block of loop.blocks) if (blocks[block]!.steps.length > 1) working++
  return working > 1
}

function limit(edit: GraphEdit, graph: FlowGraph, loop: Loop, counter: Counter, cost: number): void {
  const { register, step, block } = counter
  const { slot } = graph.blocks[loop.head]!
  const start: LoopLimit = { kind: "loopLimit", counter: register, step, cost }
  edit.change(loop.head, { isPaid: true, limited: register })
  for (const from of edit.entriesOf(loop)) edit.between(from, loop.head, 0, [{ operation: start, slot }])
  for (const from of loop.blocks)
    for (const to of graph.blocks[from]!.successors) {
      if (loop.blocks.has(to)) continue
      const isAhead = dominates(graph.dominators, block, from)
      const refund: LoopRefund = { kind: "loopRefund", counter: register, step, cost, isAhead }
      edit.between(from, to, 0, [{ operation: refund, slot }])
    }
}

/** A register that is written once in each round, by adding a number. */
function counterOf(graph: FlowGraph, loop: Loop): Counter | undefined {
  const found = new Map<number, Counter | undefined>()
  for (const block of loop.blocks)
    for (const step of graph.blocks[block]!.steps) {
      const { kind } = step.operation
      if (kind === "call" || kind === "packetLoad") return undefined
      const register = writeOf(step)
      if (register === undefined) continue
      const growth = found.has(register) ? undefined : stepOf(step)
      found.set(register, growth === undefined ? undefined : { register, step: growth, block })
    }
  const latches = graph.predecessors[loop.head]!.filter(block => loop.blocks.has(block))
  for (const counter of found.values())
    if (counter && latches.every(latch => dominates(graph.dominators, counter.block, latch))) return counter
  return undefined
}

function stepOf(step: Step): number | undefined {
  const growth = growthOf(step)
  return growth === undefined || growth === 0 || Math.abs(growth) > MAX_STEP ? undefined : growth
}
