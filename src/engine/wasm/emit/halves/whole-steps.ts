import type { Step } from "../../flow/blocks.ts"
import type { FlowGraph } from "../../flow/graph.ts"
import { isFramePointer, readsOf, writeOf } from "../../flow/registers.ts"
import type { FunctionContext } from "../context.ts"
import { canGiveLowAlone, lowReadsOf, passLows } from "./operations.ts"

export interface Wholes {
  /** Steps that give all of their result, others the low half alone. */
  readonly whole: ReadonlySet<Step>
  /** Registers whose low halves are in their locals at the start of each block, whichever way control came. */
  readonly entries: readonly (ReadonlySet<number> | undefined)[]
}

/**
 * Finds what nobody needs the high half of. A step that asks for a low half which is in no local takes it from the whole
 * register, and so asks for that: with each such step the answer gets smaller, until it holds.
 */
export function wholeSteps(
  graph: FlowGraph,
  context: FunctionContext,
  registers: number,
  parameters: number,
): Wholes {
  const analysis = new Analysis(graph, context, registers, parameters)
  for (;;) {
    analysis.askBackwards()
    const entries = analysis.validForwards()
    if (!analysis.isChanged) return { whole: analysis.whole, entries }
  }
}

class Analysis {
  readonly whole = new Set<Step>()
  isChanged = false
  readonly #graph: FlowGraph
  readonly #context: FunctionContext
  /** Registers whose low halves steps find in no local. */
  readonly #missing = new Map<Step, readonly number[]>()
  /** Registers whose high halves are asked for behind the start of each block. */
  readonly #asked: readonly Uint8Array[]
  readonly #registers: number
  /** The low halves of r1 … r5 as the function got them. */
  readonly #given: ReadonlySet<number>

  constructor(graph: FlowGraph, context: FunctionContext, registers: number, parameters: number) {
    this.#graph = graph
    this.#context = context
    this.#registers = registers
    this.#given = new Set(Array.from({ length: parameters }, (_, index) => index + 1))
    this.#asked = graph.blocks.map(() => new Uint8Array(registers))
    for (const { steps } of graph.blocks)
      for (const step of steps)
        if (!canGiveLowAlone(step) || this.#isSlot(writeOf(step))) this.whole.add(step)
  }

  /** They are written to memory and read from there as a whole. */
  #isSlot(register: number | undefined): boolean {
    return this.#context.slots.some(slot => slot.register === register)
  }

  askBackwards(): void {
    const { blocks } = this.#graph
    for (let again = true; again; ) {
      again = false
      for (let block = blocks.length - 1; block >= 0; block--) {
        const asked = new Uint8Array(this.#registers)
        for (const successor of blocks[block]!.successors)
          this.#asked[successor]!.forEach((is, register) => {
            asked[register]! |= is
          })
        for (let at = blocks[block]!.steps.length - 1; at >= 0; at--)
          this.#ask(blocks[block]!.steps[at]!, asked)
        // The head of a limited loop looks at its counter.
        const { limited } = blocks[block]!
        if (limited !== undefined) asked[limited] = 1
        const before = this.#asked[block]!
        if (asked.every((is, register) => is === before[register])) continue
        before.set(asked)
        again = true
      }
    }
  }

  #ask(step: Step, asked: Uint8Array): void {
    const register = writeOf(step)
    if (register !== undefined) {
      if (asked[register]) this.whole.add(step)
      // A call may leave r0 as it was.
      if (step.operation.kind !== "call") asked[register] = 0
    }
    const low = lowReadsOf(step, this.whole.has(step), this.#context)
    const missing = this.#missing.get(step)
    for (const read of readsOf(step))
      if (!isFramePointer(read) && (!low.includes(read) || missing?.includes(read))) asked[read] = 1
  }

  /** Also finds steps that ask for low halves in vain. */
  validForwards(): (ReadonlySet<number> | undefined)[] {
    const { blocks, predecessors } = this.#graph
    const entries: (Set<number> | undefined)[] = blocks.map(() => undefined)
    const exits: (ReadonlySet<number> | undefined)[] = blocks.map(() => undefined)
    for (let again = true; again; ) {
      again = false
      for (let block = 0; block < blocks.length; block++) {
        const known = entries[block]
        const before = predecessors[block]!.map(from => exits[from])
        const entry = common(block === 0 ? [this.#given, ...before] : before)
        if (known && known.size === entry.size) continue
        entries[block] = entry
        const valid = new Set(entry)
        for (const step of blocks[block]!.steps) passLows(step, valid, this.whole, this.#context)
        exits[block] = valid
        again = true
      }
    }
    this.isChanged = false
    blocks.forEach(({ steps }, block) => {
      const valid = new Set(entries[block])
      for (const step of steps) {
        this.#test(step, valid)
        passLows(step, valid, this.whole, this.#context)
      }
    })
    return entries
  }

  #test(step: Step, valid: ReadonlySet<number>): void {
    const low = lowReadsOf(step, this.whole.has(step), this.#context)
    const before = this.#missing.get(step) ?? []
    const missing = low.filter(register => !valid.has(register) && !before.includes(register))
    if (missing.length === 0) return
    this.#missing.set(step, [...before, ...missing])
    this.isChanged = true
  }
}

function common(sets: readonly (ReadonlySet<number> | undefined)[]): Set<number> {
  const [first, ...others] = sets.filter(set => set !== undefined)
  return new Set([...(first ?? [])].filter(register => others.every(other => other.has(register))))
}
