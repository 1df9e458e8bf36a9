import type { Block, Step } from "../flow/blocks.ts"
import type { FlowGraph } from "../flow/graph.ts"
import { isFramePointer, writeOf } from "../flow/registers.ts"
import type { StackSlot } from "../optimise/stack-slots.ts"

/** Bytes around the address in a register, `end` not among them. */
interface Span {
  readonly start: number
  readonly end: number
}

/** What is known to be in memory around a register's address, and what of it out of the unused beginning. */
interface Known {
  readonly inside: Span
  readonly writable: Span | undefined
  /** What is out of it too if the call that gave the address did not give 0. */
  readonly maybe?: { readonly call: Step; readonly span: Span } | undefined
}

/** Offsets and sums of them stay below: what two spans enclose is in memory when both are. */
const MAX_OFFSET = 2 ** 24

/** Accesses that were checked on every way to where the code is, so that the same ones need no check again. */
export class CheckedAccesses {
  #known = new Map<number, Known>()
  readonly #atEnds = new Map<number, ReadonlyMap<number, Known>>()

  /** A block that is reached from one other alone knows what that one knows. */
  enter(block: number, { blocks, predecessors }: FlowGraph): void {
    const from = predecessors[block]!
    const before = from.length === 1 ? this.#atEnds.get(from[0]!) : undefined
    this.#known = new Map(before)
    const register = before && notZero(blocks[from[0]!]!, block)
    const call = register === undefined ? undefined : before!.get(register)?.maybe?.call
    if (call) this.#answered(call)
  }

  /** What a call gave was not 0. */
  #answered(call: Step): void {
    for (const [register, { inside, writable, maybe }] of this.#known)
      if (maybe?.call === call) this.#known.set(register, { inside, writable: around(writable, maybe.span) })
  }

  /** r0 is 0, or the address of so many bytes; at 0 the unused beginning is to be read. */
  answer(call: Step, bytes: number): void {
    const span = { start: 0, end: Math.min(bytes, MAX_OFFSET) }
    this.#known.set(0, { inside: span, writable: undefined, maybe: { call, span } })
  }

  leave(block: number): void {
    if (this.#known.size > 0) this.#atEnds.set(block, this.#known)
  }

  clear(): void {
    this.#known.clear()
  }

  has(register: number, start: number, end: number, isWrite: boolean): boolean {
    const known = this.#known.get(register)
    const span = isWrite ? known?.writable : known?.inside
    return span !== undefined && start >= span.start && end <= span.end
  }

  add(register: number, start: number, end: number, isWrite: boolean): void {
    const known = this.#known.get(register)
    const span = { start, end }
    this.#known.set(register, {
      inside: around(known?.inside, span),
      writable: isWrite ? around(known?.writable, span) : known?.writable,
      maybe: known?.maybe,
    })
  }

  /** What an operation makes of the registers. */
  pass(step: Step, slots: readonly StackSlot[]): void {
    const { operation } = step
    if (operation.kind === "call") for (const slot of slots) this.#known.delete(slot.register)
    const register = writeOf(step)
    if (register === undefined || this.#known.size === 0) return
    const known = this.#after(operation)
    if (known) this.#known.set(register, known)
    else this.#known.delete(register)
  }

  #after(operation: Step["operation"]): Known | undefined {
    if (operation.kind === "move") {
      const { source, width, signExtendFrom } = operation
      if (source.kind === "immediate" || width === 32 || signExtendFrom !== undefined) return undefined
      return isFramePointer(source.register) ? undefined : this.#known.get(source.register)
    }
    if (operation.kind !== "alu" || operation.width === 32 || operation.source.kind === "register")
      return undefined
    if (operation.operator !== "add" && operation.operator !== "sub") return undefined
    const { value } = operation.source
    return moved(this.#known.get(operation.dst), operation.operator === "add" ? -value : value)
  }
}

/** The register that a block's branch tells is not 0 on the way to another block. */
function notZero({ steps, successors }: Block, to: number): number | undefined {
  const branch = steps.at(-1)?.operation
  if (branch?.kind !== "branch" || branch.width === 32) return undefined
  const { comparison, source, dst } = branch
  if (source.kind === "register" || source.value !== 0 || successors.length < 2) return undefined
  const [taken, other] = successors
  if (comparison === "ne") return to === taken ? dst : undefined
  return comparison === "eq" && to === other ? dst : undefined
}

function around(known: Span | undefined, { start, end }: Span): Span {
  if (known === undefined) return { start, end }
  return { start: Math.min(known.start, start), end: Math.max(known.end, end) }
}

function moved(known: Known | undefined, by: number): Known | undefined {
  if (known === undefined) return undefined
  const inside = shifted(known.inside, by)
  if (Math.max(-inside.start, inside.end) > MAX_OFFSET) return undefined
  const { writable, maybe } = known
  return {
    inside,
    writable: writable && shifted(writable, by),
    maybe: maybe && { call: maybe.call, span: shifted(maybe.span, by) },
  }
}

function shifted({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by }
}
