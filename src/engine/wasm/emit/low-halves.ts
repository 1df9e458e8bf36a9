import type { Step } from "../flow/blocks.ts"
import type { FlowGraph } from "../flow/graph.ts"
import { writeOf } from "../flow/registers.ts"
import type { FunctionContext } from "./context.ts"

/**
 * Locals of 32 bits beside those of 64: what an instruction of 32 bits gives is put into both, so that the next one needs
 * no conversion, which would keep compilers of WebAssembly from seeing rotations and the like.
 */
export class LowHalves {
  readonly #first: number
  readonly #entries: readonly (ReadonlySet<number> | undefined)[]
  readonly #context: FunctionContext
  #valid = new Set<number>()

  /** `first` is the local of r0's. */
  constructor(graph: FlowGraph, context: FunctionContext, first: number) {
    this.#first = first
    this.#context = context
    this.#entries = entriesOf(graph, context)
  }

  localOf(register: number): number {
    // r10 has none.
    return this.#first + register - (register > 10 ? 1 : 0)
  }

  /** Whether its local holds the low half of the register here. */
  has(register: number): boolean {
    return this.#valid.has(register)
  }

  enter(block: number): void {
    this.#valid = new Set(this.#entries[block])
  }

  pass(step: Step): void {
    update(step, this.#valid, this.#context)
  }
}

/** Registers whose low halves are in their locals at the start of each block, whichever way control came. */
function entriesOf(graph: FlowGraph, context: FunctionContext): (ReadonlySet<number> | undefined)[] {
  const { blocks, predecessors } = graph
  const entries: (Set<number> | undefined)[] = blocks.map(() => undefined)
  const exits: (ReadonlySet<number> | undefined)[] = blocks.map(() => undefined)
  for (let changed = true; changed; ) {
    changed = false
    for (let block = 0; block < blocks.length; block++) {
      const before = entries[block]
      const entry = block === 0 ? new Set<number>() : common(predecessors[block]!.map(from => exits[from]))
      if (before && before.size === entry.size) continue
      entries[block] = entry
      const valid = new Set(entry)
      for (const step of blocks[block]!.steps) update(step, valid, context)
      exits[block] = valid
      changed = true
    }
  }
  return entries
}

function common(sets: readonly (ReadonlySet<number> | undefined)[]): Set<number> {
  const [first, ...others] = sets.filter(set => set !== undefined)
  return new Set([...(first ?? [])].filter(register => others.every(other => other.has(register))))
}

/** Whether an operation is written so that it gives the low half too. */
export function givesLow({ operation }: Step, has: (register: number) => boolean): boolean {
  switch (operation.kind) {
    case "alu":
      return operation.width === 32 || isMask(operation)
    case "negate":
      return operation.width === 32
    case "move":
      if (operation.width === 32) return true
      if (operation.signExtendFrom !== undefined) return false
      return operation.source.kind === "register"
        ? has(operation.source.register)
        : operation.source.value >= 0
    case "byteOrder":
      return operation.conversion !== "le" && operation.bits === 32
    case "load":
      return operation.size !== 8 && !operation.signed
    case "loadAcquire":
      return operation.size !== 8
    case "addressSpaceCast":
      return true
    default:
      return false
  }
}

/** `x & mask` with no more than 31 bits needs only the low half, and is one. */
export function isMask(operation: {
  readonly operator: string
  readonly source: { readonly kind: string; readonly value?: number }
}): boolean {
  return operation.operator === "and" && operation.source.kind === "immediate" && operation.source.value! >= 0
}

function update(step: Step, valid: Set<number>, context: FunctionContext): void {
  const register = writeOf(step)
  if (register !== undefined) {
    if (givesLow(step, other => valid.has(other))) valid.add(register)
    else valid.delete(register)
  }
  // Parts of the frame that are in registers may come back from memory as something else.
  if (context.slots.length === 0) return
  const { operation } = step
  const mayWriteFrame =
    operation.kind === "call" ||
    ("base" in operation && operation.kind !== "load" && !context.inside.has(step))
  if (mayWriteFrame) for (const slot of context.slots) valid.delete(slot.register)
}
