import type { Step } from "../flow/blocks.ts"
import type { FlowGraph } from "../flow/graph.ts"
import { isFramePointer, writeOf } from "../flow/registers.ts"

/** Bytes around the address in a register, `end` not among them. */
interface Span {
  readonly start: number
  readonly end: number
}

/** What is known to be in memory around a register's address, and what of it out of the unused beginning. */
interface Known {
  readonly inside: Span
  readonly writable: Span | undefined
}

/** Offsets and sums of them stay below: what two spans enclose is in memory when both are. */
const MAX_OFFSET = 2 ** 24

/** Accesses that were checked on every way to where the code is, so that the same ones need no check again. */
export class CheckedAccesses {
  #known = new Map<number, Known>()
  readonly #atEnds = new Map<number, ReadonlyMap<number, Known>>()

  /** A block that is reached from one other alone knows what that one knows. */
  enter(block: number, { predecessors }: FlowGraph): void {
    const from = predecessors[block]!
    const before = from.length === 1 ? this.#atEnds.get(from[0]!) : undefined
    this.#known = new Map(before)
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
    })
  }

  /** What an operation makes of the registers. */
  pass(step: Step): void {
    const { operation } = step
    const register = writeOf(step)
    if (register === undefined || (this.#known.size === 0 && operation.kind !== "move")) return
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

function around(known: Span | undefined, { start, end }: Span): Span {
  if (known === undefined) return { start, end }
  return { start: Math.min(known.start, start), end: Math.max(known.end, end) }
}

function moved(known: Known | undefined, by: number): Known | undefined {
  if (known === undefined) return undefined
  const inside = shifted(known.inside, by)
  if (Math.max(-inside.start, inside.end) > MAX_OFFSET) return undefined
  return { inside, writable: known.writable && shifted(known.writable, by) }
}

function shifted({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by }
}
