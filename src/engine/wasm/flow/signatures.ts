import { MAX_FRAMES } from "../../machine.ts"
import type { Block, Step } from "./blocks.ts"
import { readsOf, writeOf } from "./registers.ts"

/** How a function is called from others of its program. */
export interface Signature {
  /** It looks at what it gets in r1 … of these, and in none above. */
  readonly parameters: number
  /** What it takes at most, when its caller pays for it; undefined when it pays itself. */
  readonly cost: number | undefined
}

export type Signatures = ReadonlyMap<number, Signature>

/** What any function may be called as. */
export const FULL_SIGNATURE: Signature = { parameters: 5, cost: undefined }

/** Callers may pay much more than what is taken, for ways through a function that exclude each other. */
const MAX_COST = 256

/**
 * Signatures of functions, by their first slots. Calls are quicker the less they hand over, and when the caller pays for
 * functions without loops. Where calls go through registers all are alike.
 */
export function signaturesOf(
  functions: ReadonlyMap<number, readonly Block[]>,
  hasRegisterCalls: boolean,
): Signatures {
  const starts = [...functions.keys()]
  if (hasRegisterCalls || starts.length === 1) return new Map(starts.map(start => [start, FULL_SIGNATURE]))
  const parameters = parametersOf(functions)
  const costs = costsOf(functions)
  return new Map(starts.map(start => [start, { parameters: parameters.get(start)!, cost: costs.get(start) }]))
}

/** Recursive functions hand on what they get: from none on, until nothing is added. */
function parametersOf(functions: ReadonlyMap<number, readonly Block[]>): ReadonlyMap<number, number> {
  const found = new Map([...functions.keys()].map(start => [start, 0]))
  for (let changed = true; changed; ) {
    changed = false
    for (const [start, blocks] of functions) {
      const highest = highestParameter(blocks, found)
      if (highest === found.get(start)) continue
      found.set(start, highest)
      changed = true
    }
  }
  return found
}

/** The highest of r1 … r5 that is read before it is written. Sets of registers are bits. */
function highestParameter(blocks: readonly Block[], parameters: ReadonlyMap<number, number>): number {
  let highest = 0
  const entries = blocks.map(() => 0)
  const open: [block: number, unwritten: number][] = [[0, 0b11_1110]]
  while (open.length > 0) {
    const [number, before] = open.pop()!
    if ((before & ~entries[number]!) === 0) continue
    entries[number]! |= before
    let unwritten = before
    for (const step of blocks[number]!.steps) {
      for (const register of handedOver(step, parameters))
        if (register > highest && (unwritten & (1 << register)) !== 0) highest = register
      const written = writeOf(step)
      if (written !== undefined) unwritten &= ~(1 << written)
    }
    if (unwritten !== 0) for (const successor of blocks[number]!.successors) open.push([successor, unwritten])
  }
  return highest
}

function handedOver(step: Step, parameters: ReadonlyMap<number, number>): readonly number[] {
  const target = calledBy(step)
  if (target === undefined) return readsOf(step)
  return readsOf(step).filter(register => register <= parameters.get(target)!)
}

/** The first slot of the function of the same program that a step calls. */
export function calledBy({ operation }: Step): number | undefined {
  return operation.kind === "call" && operation.callee.kind === "subprogram"
    ? operation.callee.target
    : undefined
}

/** Functions that neither go round nor leave the program, by what they take at most. */
function costsOf(functions: ReadonlyMap<number, readonly Block[]>): ReadonlyMap<number, number> {
  // The program itself has no caller.
  const costs = new Map<number, number | undefined>([[0, undefined]])
  const cost = (start: number, depth: number): number | undefined => {
    if (costs.has(start)) return costs.get(start)
    // One that is asked for again meanwhile calls itself.
    costs.set(start, undefined)
    const found =
      depth < MAX_FRAMES ? costOf(functions.get(start)!, target => cost(target, depth + 1)) : undefined
    costs.set(start, found)
    return found
  }
  const known = [...functions.keys()].map(start => [start, cost(start, 0)] as const)
  return new Map(known.filter((entry): entry is [number, number] => entry[1] !== undefined))
}

function costOf(blocks: readonly Block[], cost: (start: number) => number | undefined): number | undefined {
  if (blocks.reduce((sum, block) => sum + block.cost, 0) > MAX_COST || goesRound(blocks)) return undefined
  let total = 0
  for (const block of blocks) {
    total += block.cost
    for (const step of block.steps) {
      const { kind } = step.operation
      if (kind === "packetLoad" || kind === "mayGoto") return undefined
      if (kind !== "call") continue
      const target = calledBy(step)
      const inner = target === undefined ? undefined : cost(target)
      if (inner === undefined) return undefined
      total += inner
    }
  }
  return total <= MAX_COST ? total : undefined
}

/** Blocks that can be left for good one after the other are on no circle. */
function goesRound(blocks: readonly Block[]): boolean {
  const entries = blocks.map(() => 0)
  for (const { successors } of blocks) for (const successor of successors) entries[successor]!++
  const open = entries.flatMap((count, block) => (count === 0 ? [block] : []))
  let left = blocks.length
  while (open.length > 0) {
    left--
    for (const successor of blocks[open.pop()!]!.successors)
      if (--entries[successor]! === 0) open.push(successor)
  }
  return left > 0
}
