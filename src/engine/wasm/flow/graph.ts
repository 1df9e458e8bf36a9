import type { Operation } from "../../../isa/index.ts"

/** A run of slots that is entered at its start alone and left at its end. */
export interface Block {
  /** First slot. */
  readonly start: number
  /** The slot behind the last one. */
  readonly end: number
  /** Blocks that control can go to, by number: for a branch the taken one, then the one behind it. */
  readonly successors: readonly number[]
}

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

/** What ends a block besides the start of another one. */
function successorsOf(operation: Operation | undefined, slot: number): number[] | undefined {
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

/** Slots from one operation to the next one in a row. */
export function lengthOf(operation: Operation): number {
  return operation.kind === "load64" ? 2 : 1
}

/** The flow graph of what can be reached from `entry`. A block that starts outside the program is empty. */
export function flowGraph(operations: readonly Operation[], entry: number): FlowGraph {
  const raw = findBlocks(operations, entry)
  const order = reversePostorder(raw, entry)
  const numbers = new Map(order.map((start, number) => [start, number]))
  const blocks = order.map(start => {
    const { end, successors } = raw.get(start)!
    return { start, end, successors: successors.map(slot => numbers.get(slot)!) }
  })
  const predecessors: number[][] = blocks.map(() => [])
  blocks.forEach(({ successors }, number) => {
    for (const successor of successors) predecessors[successor]!.push(number)
  })
  const dominators = immediateDominators(predecessors)
  return { blocks, predecessors, dominators, ...findLoops(blocks, dominators) }
}

type RawBlocks = ReadonlyMap<number, { readonly end: number; readonly successors: readonly number[] }>

/** Blocks by their first slot. */
function findBlocks(operations: readonly Operation[], entry: number): RawBlocks {
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
  // Overlapping reads of a two-slot load meet again at a slot that both must start a block at.
  const blocks = new Map<number, { end: number; successors: readonly number[] }>()
  for (const start of leaders) {
    let slot = start
    let successors: readonly number[] | undefined
    for (;;) {
      const operation = operations[slot]
      successors = successorsOf(operation, slot)
      if (operation === undefined) break
      slot += lengthOf(operation)
      if (successors !== undefined) break
      if (leaders.has(slot)) {
        successors = [slot]
        break
      }
    }
    blocks.set(start, { end: slot, successors: successors ?? [] })
  }
  return blocks
}

function reversePostorder(blocks: RawBlocks, entry: number): number[] {
  const postorder: number[] = []
  const seen = new Set([entry])
  const path: { readonly start: number; next: number }[] = [{ start: entry, next: 0 }]
  while (path.length > 0) {
    const top = path.at(-1)!
    const { successors } = blocks.get(top.start)!
    // The one behind a branch is looked at first, so it comes last: loops stay in one piece.
    const successor = successors[top.next++]
    if (successor === undefined) {
      postorder.push(top.start)
      path.pop()
    } else if (!seen.has(successor)) {
      seen.add(successor)
      path.push({ start: successor, next: 0 })
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
      let above = number
      while (above > successor) above = dominators[above]!
      if (above !== successor) isReducible = false
    }
  })
  return { loopHeads, isReducible }
}
