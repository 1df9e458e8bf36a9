import type { Step } from "../flow/blocks.ts"
import type { FlowGraph } from "../flow/graph.ts"
import type { Loop } from "../flow/loops.ts"
import { isFramePointer } from "../flow/registers.ts"
import { type StackSlot, writesOf } from "./stack-slots.ts"
import type { Value } from "./values.ts"

/** A register as it was at the head of the loop in the same round, plus a constant, plus what a register holds that the loop leaves alone. */
export interface Relative {
  readonly register: number
  readonly distance: number
  readonly by: number | undefined
  /** Some step on the way kept no more than 32 bits. */
  readonly isNarrow: boolean
}

/** Registers at one place of a loop; those without an entry are something else. */
export type Relation = ReadonlyMap<number, Relative>

/** How registers at the end of each block of a loop relate to those at its head. */
function relationsIn(
  graph: FlowGraph,
  loop: Loop,
  registers: number,
  slots: readonly StackSlot[],
): ReadonlyMap<number, Relation> {
  const exits = new Map<number, Relation>()
  const atHead: Relation = new Map(
    Array.from({ length: registers }, (_, register) => [
      register,
      { register, distance: 0, by: undefined, isNarrow: false },
    ]),
  )
  const written = writtenIn(graph, loop, slots)
  const order = [...loop.blocks].sort((a, b) => a - b)
  for (let changed = true; changed; ) {
    changed = false
    for (const block of order) {
      const entry =
        block === loop.head ? atHead : common(graph.predecessors[block]!.map(from => exits.get(from)))
      if (entry === undefined) continue
      const exit = through(graph.blocks[block]!.steps, entry, written, slots)
      const before = exits.get(block)
      if (before && isSame(before, exit)) continue
      exits.set(block, exit)
      changed = true
    }
  }
  return exits
}

function writtenIn({ blocks }: FlowGraph, loop: Loop, slots: readonly StackSlot[]): ReadonlySet<number> {
  const written = new Set<number>()
  for (const block of loop.blocks)
    for (const step of blocks[block]!.steps)
      for (const register of writesOf(step, slots)) written.add(register)
  return written
}

/** By how much a register grows in a round: a constant, plus what a register holds that the loop leaves alone. */
export interface Growth {
  readonly step: number
  readonly by: number | undefined
  readonly isNarrow: boolean
}

/** A loop with what is known of its rounds. */
export interface CountedLoop {
  readonly loop: Loop
  readonly relations: ReadonlyMap<number, Relation>
  /** By how much each register grows from one round to the next, where that is always the same. */
  readonly steps: ReadonlyMap<number, Growth>
}

export function countedLoop(
  graph: FlowGraph,
  loop: Loop,
  registers: number,
  slots: readonly StackSlot[],
): CountedLoop {
  const relations = relationsIn(graph, loop, registers, slots)
  return { loop, relations, steps: stepsOf(graph, loop, relations) }
}

function stepsOf(
  { predecessors }: FlowGraph,
  loop: Loop,
  relations: ReadonlyMap<number, Relation>,
): ReadonlyMap<number, Growth> {
  const latches = predecessors[loop.head]!.filter(block => loop.blocks.has(block))
  const steps = new Map<number, Growth>()
  const [first, ...others] = latches.map(latch => relations.get(latch))
  for (const [register, own] of first ?? []) {
    const rest = others.map(relation => relation?.get(register))
    if (own.register !== register || !rest.every(other => isAsFar(other, own))) continue
    const { distance: step, by, isNarrow } = own
    steps.set(register, { step, by, isNarrow: isNarrow || rest.some(other => other!.isNarrow) })
  }
  return steps
}

/** Counters do not wrap around when what they may be, and their step, stay below. */
export const MAX_SPAN = 2 ** 31

/** The least that a register grows by in a round, if that is never nothing; 0 when it is not known. */
export function leastStep({ step, by }: Growth, read: (register: number) => Value): number {
  if (by === undefined) return step
  const { base, low, high } = read(by)
  return step === 0 && base === 0 && high < MAX_SPAN ? low : 0
}

/** How often a loop goes round at most, by one register's limits at its head. */
export function roundsOf({ base, low, high }: Value, step: number): number {
  if (step === 0 || base < 0 || high - low + Math.abs(step) >= MAX_SPAN) return Infinity
  return Math.floor((high - low) / Math.abs(step)) + 1
}

/** What all of them say; undefined when none says anything yet. */
function common(relations: readonly (Relation | undefined)[]): Relation | undefined {
  const [first, ...others] = relations.filter(relation => relation !== undefined)
  if (first === undefined) return undefined
  const all = new Map<number, Relative>()
  for (const [register, own] of first)
    if (others.every(other => isEqual(other.get(register), own))) all.set(register, own)
  return all
}

function through(
  steps: readonly Step[],
  entry: Relation,
  written: ReadonlySet<number>,
  slots: readonly StackSlot[],
): Relation {
  const relation = new Map(entry)
  for (const step of steps) {
    const result = relative(step, relation, written)
    for (const register of writesOf(step, slots))
      if (result) relation.set(register, result)
      else relation.delete(register)
  }
  return relation
}

function relative(
  { operation }: Step,
  relation: Relation,
  written: ReadonlySet<number>,
): Relative | undefined {
  if (
    operation.kind === "move" &&
    operation.signExtendFrom === undefined &&
    operation.source.kind === "register"
  ) {
    if (isFramePointer(operation.source.register)) return undefined
    return narrowed(relation.get(operation.source.register), operation.width)
  }
  if (operation.kind !== "alu") return undefined
  if (operation.operator !== "add" && operation.operator !== "sub") return undefined
  const known = relation.get(operation.dst)
  if (operation.source.kind === "register") {
    const by = operation.source.register
    if (operation.operator === "sub" || written.has(by) || isFramePointer(by) || known?.by !== undefined)
      return undefined
    return narrowed(known && { ...known, by }, operation.width)
  }
  const distance = operation.operator === "add" ? operation.source.value : -operation.source.value
  return narrowed(known && { ...known, distance: known.distance + distance }, operation.width)
}

function narrowed(relative: Relative | undefined, width: 32 | 64): Relative | undefined {
  return relative && width === 32 ? { ...relative, isNarrow: true } : relative
}

function isAsFar(a: Relative | undefined, b: Relative): boolean {
  return a?.register === b.register && a.distance === b.distance && a.by === b.by
}

function isEqual(a: Relative | undefined, b: Relative): boolean {
  return isAsFar(a, b) && a!.isNarrow === b.isNarrow
}

function isSame(a: Relation, b: Relation): boolean {
  if (a.size !== b.size) return false
  for (const [register, own] of a) if (!isEqual(b.get(register), own)) return false
  return true
}
