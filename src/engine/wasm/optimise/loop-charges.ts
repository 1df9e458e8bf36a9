import type { Operand } from "../../../isa/index.ts"
import type { Block, LoopCharge, Step } from "../flow/blocks.ts"
import { costOfRound } from "../flow/charges.ts"
import { GraphEdit } from "../flow/edit.ts"
import type { FlowGraph } from "../flow/graph.ts"
import type { Loop, LoopNest } from "../flow/loops.ts"
import type { Signatures } from "../flow/signatures.ts"
import type { Ranges } from "./ranges.ts"
import { type CountedLoop, leastStep, MAX_SPAN, roundsOf } from "./rounds.ts"
import { isConstant } from "./values.ts"

/** Instructions that a loop may take before it pays. */
export const MAX_UNPAID = 2 ** 17
/** Loops that cannot take more pay for all of it beforehand: their counter is not worth a look. */
const MAX_FLAT = 256

/** A register that counts a loop's rounds, and where it started. */
interface Counter {
  readonly register: number
  /** How much it grows by in each round, or the least of it, when that is what `by` holds. */
  readonly step: number
  readonly by: number | undefined
  readonly rounds: number
  /** How far it may get from where it started, at most. */
  readonly span: number
}

export interface PaidLoops {
  readonly blocks: readonly Block[]
  /** Registers with the values that counters start from come behind these. */
  readonly registers: number
  /** Some loop pays behind its last round. */
  readonly paysLate: boolean
}

/**
 * Lets loops that are known to end pay at their exits, by how far their counter got, instead of in each round; small ones
 * pay for the most they can take when they are entered. A loop is known to end when a register grows or shrinks by the
 * same step in each round and stays between limits.
 */
export function payForLoops(
  graph: FlowGraph,
  { loops, innermost }: LoopNest,
  ranges: Ranges,
  registers: number,
  signatures: Signatures,
): PaidLoops {
  const payments = new Payments(graph, registers)
  const flat = new Map<Loop, number>()
  let paysLate = false
  for (const loop of [...loops].reverse()) {
    const cost = costOfRound(graph, innermost, loop, signatures) + (flat.get(loop) ?? 0)
    const counted = ranges.counted.get(loop.head)!
    const counters = countersOf(counted, ranges)
    const [best] = counters
    if (best === undefined) continue
    if (best.rounds * cost <= MAX_FLAT) {
      payments.enter(loop, best.rounds * cost, [])
      if (loop.parent) flat.set(loop.parent, (flat.get(loop.parent) ?? 0) + best.rounds * cost)
      continue
    }
    if (best.rounds * cost > MAX_UNPAID) continue
    for (const counter of counters) {
      const charges = chargesOf(graph, counted, ranges, counter, cost)
      if (charges === undefined) continue
      payments.pay(loop, counter, charges, ranges)
      paysLate = true
      break
    }
  }
  return { blocks: payments.blocks, registers: payments.registers, paysLate }
}

/** Those with the fewest rounds come first. */
function countersOf({ loop, steps }: CountedLoop, ranges: Ranges): Counter[] {
  const atHead = ranges.entering(loop.head)
  if (!atHead) return []
  return [...steps]
    .map(([register, growth]) => {
      const step = leastStep(growth, atHead.read)
      const { low, high } = atHead.read(register)
      const most = growth.by === undefined ? Math.abs(step) : atHead.read(growth.by).high
      const rounds = roundsOf(atHead.read(register), step)
      return { register, step, by: growth.by, rounds, span: high - low + most }
    })
    .filter(({ rounds }) => rounds < Infinity)
    .sort((a, b) => a.rounds - b.rounds)
}

/** What is to be paid on each way out, or undefined when some way does not tell how far the counter got. */
function chargesOf(
  graph: FlowGraph,
  { loop, relations }: CountedLoop,
  ranges: Ranges,
  counter: Counter,
  cost: number,
): Map<readonly [from: number, to: number], Omit<LoopCharge, "start">> | undefined {
  const charges = new Map<readonly [number, number], Omit<LoopCharge, "start">>()
  const { base, low } = ranges.entering(loop.head)!.read(counter.register)
  for (const from of loop.blocks)
    for (const to of graph.blocks[from]!.successors) {
      const state = loop.blocks.has(to) ? undefined : ranges.leaving(from, to)
      if (!state) continue
      const found = [...(relations.get(from) ?? [])].find(
        ([register, { register: origin, distance, by }]) => {
          if (by !== undefined && (by !== counter.by || distance !== 0)) return false
          const known = state.read(register)
          const [first, last] = [known.low - distance, known.high - distance]
          return (
            origin === counter.register &&
            known.base === base &&
            first >= low - MAX_SPAN &&
            last <= low + MAX_SPAN
          )
        },
      )
      if (!found) return undefined
      const [register, { distance, by: more }] = found
      const ahead = more === undefined ? distance : counter.step
      const { step, by, span } = counter
      const isShort = span + Math.abs(ahead) < MAX_SPAN
      charges.set([from, to], { kind: "loopCharge", counter: register, ahead, step, by, cost, isShort })
    }
  return charges
}

/** Changes a graph so that loops pay elsewhere. */
class Payments {
  readonly #edit: GraphEdit
  readonly #graph: FlowGraph
  #registers: number

  constructor(graph: FlowGraph, registers: number) {
    this.#edit = new GraphEdit(graph)
    this.#graph = graph
    this.#registers = registers
  }

  get blocks(): readonly Block[] {
    return this.#edit.blocks
  }

  get registers(): number {
    return this.#registers
  }

  /** Runs `steps`, and pays `cost`, before the first round of a loop, which pays for its rounds no more. */
  enter(loop: Loop, cost: number, steps: readonly Step[]): void {
    this.#edit.change(loop.head, { isPaid: true })
    for (const [index, block] of this.#edit.entriesOf(loop).entries())
      this.#edit.between(block, loop.head, index === 0 ? cost : 0, steps)
  }

  pay(
    loop: Loop,
    counter: Counter,
    charges: ReadonlyMap<readonly [from: number, to: number], Omit<LoopCharge, "start">>,
    ranges: Ranges,
  ): void {
    const { slot } = this.#graph.blocks[loop.head]!
    const known = this.#edit
      .entriesOf(loop)
      .map(block => ranges.leaving(block, loop.head)?.read(counter.register))
    const [first] = known
    const isKnown = first && known.every(other => other && isConstant(other) && other.low === first.low)
    const start: Operand = isKnown
      ? { kind: "immediate", value: first.low }
      : { kind: "register", register: this.#registers++ }
    const source: Operand = { kind: "register", register: counter.register }
    const keep: readonly Step[] =
      start.kind === "immediate"
        ? []
        : [
            {
              operation: { kind: "move", width: 64, dst: start.register, source, signExtendFrom: undefined },
              slot,
            },
          ]
    this.enter(loop, 0, keep)
    const fits = start.kind === "register" || start.value < MAX_SPAN
    for (const [[block, to], charge] of charges)
      this.#edit.between(block, to, 0, [
        { operation: { ...charge, start, isShort: fits && charge.isShort }, slot },
      ])
  }
}
