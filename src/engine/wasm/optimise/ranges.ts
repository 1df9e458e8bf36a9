import type { Block, Step } from "../flow/blocks.ts"
import type { FlowGraph } from "../flow/graph.ts"
import type { Loop, LoopNest } from "../flow/loops.ts"
import { isFramePointer, writeOf } from "../flow/registers.ts"
import { believe, type Facts } from "./facts.ts"
import { refine } from "./refine.ts"
import { type CountedLoop, countedLoop, leastStep, roundsOf } from "./rounds.ts"
import type { StackSlot } from "./stack-slots.ts"
import { joinStates, State } from "./state.ts"
import { operandValue, resultOf } from "./transfer.ts"
import { clamp, gcd, isNumber, type Limits, TOP, upTo, type Value, value } from "./values.ts"

/** What is known of registers before each step of a function, under the condition that `assumed` registers held addresses. */
export interface Ranges {
  /** Calls back for each step that can be reached, with what registers hold before it. */
  visit(block: number, visitor: (step: Step, state: State) => void): void
  /** What registers hold at a block's end on the way to one of its successors; undefined where control never goes. */
  leaving(block: number, successor: number): State | undefined
  entering(block: number): State | undefined
  /** The graph's loops by their heads. */
  readonly counted: ReadonlyMap<number, CountedLoop>
  /** Those of r1 … r5 that were compared as addresses. */
  readonly assumed: ReadonlySet<number>
}

/** Rounds in which a growing limit may stop at each number that the program names; then it goes to the end. */
const PATIENCE = 12
/** Visits of blocks, by the number of blocks, after which nothing is known. */
const MAX_VISITS = 60

/** What ranges are found for. */
export interface RangesInput {
  readonly graph: FlowGraph
  readonly nest: LoopNest
  readonly registers: number
  readonly slots: readonly StackSlot[]
  readonly facts: Facts
}

/**
 * Limits of numbers and of offsets from addresses. What is found out of a loop's counters comes too late for loops inside of
 * it, so where these have no end all is done once more. Undefined when it takes too long.
 */
export function rangesOf(input: RangesInput): Ranges | undefined {
  const first = analyse(input, () => undefined)
  const isOpen = input.nest.loops.some(loop => loop.parent && first && !isCounted(loop, first))
  return isOpen ? analyse(input, first!.entering) : first
}

function isCounted({ head }: Loop, { entering, counted }: Ranges): boolean {
  const state = entering(head)
  return state === undefined || mostRounds(state, counted.get(head)!) < Infinity
}

/**
 * Forward analysis to a fixed point, refined by branches, widened at loop heads, where `known` may tell what holds anyway.
 * Copies of a register share what a branch tells of one of them.
 */
function analyse(
  { graph, nest: { loops }, registers, slots, facts }: RangesInput,
  known: (head: number) => State | undefined,
): Ranges | undefined {
  const { blocks, predecessors, loopHeads } = graph
  const assumed = new Set<number>()
  const limits = new Stops()
  const entries: (State | undefined)[] = blocks.map(() => undefined)
  const exits: (readonly (State | undefined)[])[] = blocks.map(() => [])
  const visits = blocks.map(() => 0)

  const entryOf = (block: number, without?: ReadonlySet<number>): State | undefined => {
    const states = block === 0 ? [State.initial(registers)] : []
    for (const from of predecessors[block]!)
      if (!without?.has(from))
        blocks[from]!.successors.forEach((successor, index) => {
          const state = successor === block ? exits[from]![index] : undefined
          if (state) states.push(state)
        })
    return states.length === 0 ? undefined : joinStates(states)
  }
  const flow = (block: number): void => {
    const state = entries[block]!.copy()
    for (const step of blocks[block]!.steps) {
      believe(facts.get(step.slot), state)
      apply(step, state, slots)
    }
    exits[block] = leave(blocks[block]!, state, limits, assumed)
  }

  const waiting = new Waiting(blocks.length)
  waiting.add(0)
  let left = blocks.length * MAX_VISITS
  for (let block = waiting.take(); block !== undefined; block = waiting.take()) {
    if (left-- === 0) return undefined
    const before = entries[block]
    let entry = entryOf(block)
    if (entry === undefined) continue
    const count = visits[block]!++
    if (before && loopHeads.has(block) && count > 1) entry = before.widened(entry, limits, count < PATIENCE)
    entry.meet(known(block))
    if (before?.isSame(entry)) continue
    entries[block] = entry
    flow(block)
    for (const successor of blocks[block]!.successors) waiting.add(successor)
  }
  // Once more without widening: what it gave away at loop heads often comes back, also by what counters tell.
  const counted = new Map(loops.map(loop => [loop.head, countedLoop(graph, loop, registers, slots)]))
  for (let round = 0; round < 3; round++)
    for (let block = 0; block < blocks.length; block++) {
      const before = entries[block]
      if (before === undefined) continue
      const entry = entryOf(block)
      if (entry === undefined) {
        entries[block] = undefined
        exits[block] = []
        continue
      }
      const head = counted.get(block)
      if (head) countRounds(entry, before, head, entryOf(block, head.loop.blocks))
      entry.meet(known(block))
      entries[block] = entry
      flow(block)
    }

  return {
    assumed,
    counted,
    entering: block => entries[block],
    leaving: (block, successor) => exits[block]![blocks[block]!.successors.indexOf(successor)],
    visit(block, visitor) {
      const state = entries[block]?.copy()
      if (!state) return
      for (const step of blocks[block]!.steps) {
        believe(facts.get(step.slot), state)
        visitor(step, state)
        apply(step, state, slots)
      }
    },
  }
}

/**
 * Registers that grow by the same step in each round of a loop are, at its head, what they were before it plus that many
 * steps as there are rounds.
 */
function countRounds(entry: State, before: State, counted: CountedLoop, outside: State | undefined): void {
  if (outside === undefined) return
  const rounds = mostRounds(before, counted)
  if (rounds === Infinity) return
  const { steps } = counted
  for (const [register, { step, by, isNarrow }] of steps) {
    if (by !== undefined) continue
    const { base, low, high, step: spacing } = outside.read(register)
    const way = step * (rounds - 1)
    const known = value(base, low + Math.min(way, 0), high + Math.max(way, 0), gcd(spacing, step))
    if (known.base < 0 || (isNarrow && (base !== 0 || known.high >= 2 ** 32))) continue
    const own = entry.read(register)
    const better = own.base === known.base ? clamp(own, known.low, known.high) : known
    if (better) entry.know(register, better)
  }
}

/** How often a loop goes round at most, by what is known at its head. */
function mostRounds(atHead: State, { steps }: CountedLoop): number {
  let rounds = Infinity
  for (const [register, growth] of steps)
    rounds = Math.min(rounds, roundsOf(atHead.read(register), leastStep(growth, atHead.read)))
  return rounds
}

function apply(step: Step, state: State, slots: readonly StackSlot[]): void {
  if (step.operation.kind === "call")
    for (const { register, size } of slots)
      state.write(register, size === 8 ? TOP : upTo(2 ** (8 * size) - 1))
  const register = writeOf(step)
  if (register === undefined) return
  const result = resultOf(step, state.read)
  const source = sourceOf(step, state, result)
  const addend = addendOf(step, state, result)
  if (source) state.derive(register, source.register, source.distance, result)
  else if (addend !== undefined) state.add(register, addend, result)
  else state.write(register, result)
}

/** The register that the result is a copy of, or at a constant distance from. */
function sourceOf(
  { operation }: Step,
  state: State,
  result: Value,
): { readonly register: number; readonly distance: number } | undefined {
  if (operation.kind === "move" && operation.source.kind === "register") {
    const { register } = operation.source
    if (isFramePointer(register)) return undefined
    const isWhole = operation.width === 64 && operation.signExtendFrom === undefined
    return isWhole || isShifted(state.read(register), result, 0) ? { register, distance: 0 } : undefined
  }
  if (operation.kind !== "alu" || operation.source.kind !== "immediate") return undefined
  if (operation.operator !== "add" && operation.operator !== "sub") return undefined
  const distance = operation.operator === "add" ? operation.source.value : -operation.source.value
  const isExact = operation.width === 64 || isShifted(state.read(operation.dst), result, distance)
  return isExact ? { register: operation.dst, distance } : undefined
}

/** The register that was added to another one, both numbers and so small that the sum is exact. */
function addendOf({ operation }: Step, state: State, result: Value): number | undefined {
  if (operation.kind !== "alu" || operation.operator !== "add") return undefined
  const { width, dst, source } = operation
  if (source.kind !== "register" || isFramePointer(source.register)) return undefined
  const [a, b] = [state.read(dst), state.read(source.register)]
  const isExact = isNumber(a) && isNumber(b) && isNumber(result) && result.high === a.high + b.high
  return isExact && (width === 64 || result.high < 2 ** 32) ? source.register : undefined
}

/** Whether 32 bits were enough for the result: then it is as exact as 64 bits. */
function isShifted(from: Value, result: Value, distance: number): boolean {
  return (
    isNumber(from) &&
    isNumber(result) &&
    result.low === from.low + distance &&
    result.high === from.high + distance
  )
}

/** The states behind a block's end, one for each successor. */
function leave(block: Block, state: State, limits: Stops, assumed: Set<number>): (State | undefined)[] {
  const branch = block.steps.at(-1)?.operation
  if (branch?.kind !== "branch" || block.successors.length < 2) return block.successors.map(() => state)
  const { dst, source, width } = branch
  const right = operandValue(source, width, state.read)
  limits.note(right, branch.comparison === "eq" || branch.comparison === "ne")
  const left = state.read(dst)
  if (width === 64 && left.base > 0 && left.base === right.base) assumed.add(left.base)
  return [true, false].map(isTaken => {
    const refined = refine(branch, isTaken, state.read)
    if (refined === undefined) return undefined
    const after = state.copy()
    after.learn(dst, refined.left)
    if (source.kind === "register") after.learn(source.register, refined.right)
    return after
  })
}

/**
 * Where growing limits may stop. Numbers stop where they are compared for equality, as nothing else would hold them there;
 * below other limits they get back by themselves. Distances from addresses, which would be lost, stop at all of them.
 */
class Stops implements Limits {
  readonly #ends = new Set<number>()
  readonly #all = new Set<number>()
  #sorted: { readonly ends: readonly number[]; readonly all: readonly number[] } | undefined

  note({ base, low, high }: Value, isEnd: boolean): void {
    if (base < 0 || this.#all.size > 200) return
    const before = this.#ends.size + this.#all.size
    for (const number of [low - 1, low, high - 1, high]) {
      this.#all.add(number)
      if (isEnd) this.#ends.add(number)
    }
    if (this.#ends.size + this.#all.size > before) this.#sorted = undefined
  }

  above(base: number, number: number): number | undefined {
    this.#sorted ??= { ends: sorted(this.#ends), all: sorted(this.#all) }
    const { ends, all } = this.#sorted
    return (base === 0 ? ends : all).find(limit => limit >= number)
  }
}

function sorted(numbers: ReadonlySet<number>): number[] {
  return [...numbers].sort((a, b) => a - b)
}

/** Blocks to look at, first ones first. */
class Waiting {
  readonly #isWaiting: Uint8Array
  #first = 0

  constructor(size: number) {
    this.#isWaiting = new Uint8Array(size)
  }

  add(block: number): void {
    this.#isWaiting[block] = 1
    this.#first = Math.min(this.#first, block)
  }

  take(): number | undefined {
    const block = this.#isWaiting.indexOf(1, this.#first)
    if (block < 0) return undefined
    this.#isWaiting[block] = 0
    this.#first = block
    return block
  }
}
