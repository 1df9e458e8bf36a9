import type { Operand, Operation } from "../../../isa/index.ts"

/** One operation of a function, at the slot that it comes from. */
export interface Step {
  readonly operation: Operation | LoopOperation
  readonly slot: number
}

/** Pays for a loop behind it: its rounds are `(counter − ahead − start) / step`, and one more. */
export interface LoopCharge {
  readonly kind: "loopCharge"
  /** Grows by `step` each round, and here is `ahead` of what it was at the round's beginning. */
  readonly counter: number
  readonly ahead: number
  readonly start: Operand
  readonly step: number
  /** A register that holds the step, which then is at least `step`; `ahead` is either one or none of it. */
  readonly by: number | undefined
  /** Of one round. */
  readonly cost: number
  /** Counter and start are less than 2^31 apart. */
  readonly isShort: boolean
}

/** Turns the fuel that is left into the value of a counter that no round of a loop may begin with. */
export interface LoopLimit {
  readonly kind: "loopLimit"
  /** Grows by `step` each round. */
  readonly counter: number
  readonly step: number
  /** Of one round. */
  readonly cost: number
}

/** Turns what a counter is short of its limit back into fuel. */
export interface LoopRefund extends Omit<LoopLimit, "kind"> {
  readonly kind: "loopRefund"
  /** The counter has grown in the last round too. */
  readonly isAhead: boolean
}

/** What the compiler adds around loops. */
export type LoopOperation = LoopCharge | LoopLimit | LoopRefund

/** A run of operations that is entered at its start alone and left at its end. */
export interface Block {
  /** Where it starts, for faults. */
  readonly slot: number
  /** Slots that it takes: what it costs in fuel. */
  readonly cost: number
  readonly steps: readonly Step[]
  /** Blocks that control can go to, by number: for a branch the taken one, then the one behind it. */
  readonly successors: readonly number[]
  /** The head of a loop whose rounds are paid for elsewhere. */
  readonly isPaid?: boolean
  /** The head of a loop that is stopped when this register reaches its limit. */
  readonly limited?: number
  /** The slot outside the program that control would run on to. */
  readonly left?: number
}

/** The blocks of what can be reached from `entry`, which is the first one. */
export function blocksOf(operations: readonly Operation[], entry: number): Block[] {
  const leaders = findLeaders(operations, entry)
  const numbers = new Map([...leaders].map((slot, number) => [slot, number]))
  return [...leaders].map(start => {
    const steps: Step[] = []
    let slot = start
    let successors: readonly number[] | undefined
    for (;;) {
      const operation = operations[slot]
      successors = successorsOf(operation, slot)
      if (operation === undefined) break
      steps.push({ operation, slot })
      slot += lengthOf(operation)
      if (successors !== undefined) break
      // Overlapping reads of a two-slot load meet again at a slot that both must start a block at.
      if (leaders.has(slot)) {
        successors = [slot]
        break
      }
    }
    const block = {
      slot: start,
      cost: slot - start,
      steps,
      successors: (successors ?? []).map(at => numbers.get(at)!),
    }
    return operations[slot] === undefined && !endsControl(operations[steps.at(-1)?.slot ?? -1])
      ? { ...block, left: slot }
      : block
  })
}

/** Slots that a block starts at, the entry first. */
function findLeaders(operations: readonly Operation[], entry: number): ReadonlySet<number> {
  const leaders = new Set([entry])
  const seen = new Set<number>()
  const open = [entry]
  while (open.length > 0) {
    let slot = open.pop()!
    while (!seen.has(slot)) {
      seen.add(slot)
      const operation = operations[slot]
      const successors = successorsOf(operation, slot)
      if (successors === undefined) {
        slot += lengthOf(operation!)
        continue
      }
      for (const successor of successors) {
        leaders.add(successor)
        open.push(successor)
      }
      break
    }
  }
  return leaders
}

/** What ends a block besides the start of another one. */
function successorsOf(operation: Operation | undefined, slot: number): readonly number[] | undefined {
  switch (operation?.kind) {
    case undefined:
    case "exit":
    case "invalid":
      return []
    case "jump":
      return [operation.target]
    case "branch":
    case "mayGoto":
      return operation.target === slot + 1 ? [slot + 1] : [operation.target, slot + 1]
    default:
      return undefined
  }
}

function endsControl(operation: Operation | undefined): boolean {
  return operation !== undefined && successorsOf(operation, 0) !== undefined
}

/** Slots from one operation to the next one in a row. */
export function lengthOf(operation: Operation | LoopOperation): number {
  return operation.kind === "load64" ? 2 : 1
}
