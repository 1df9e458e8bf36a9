import { type AccessSize, FRAME_POINTER, type Operation } from "../../../isa/index.ts"
import { FRAME_BYTES, UNUSED_BYTES } from "../../machine.ts"
import type { CodeWriter } from "../encode/code-writer.ts"
import { LOCAL } from "../layout.ts"

/** Atomics are checked as stores. */
export type LimitKind = "load" | "store"

const SIZES: readonly AccessSize[] = [1, 2, 4, 8]

/** The local with the last address where `size` bytes can be loaded, or (less the unused beginning) stored. */
export function limitLocal(kind: LimitKind, size: AccessSize): number {
  return LOCAL.limits + SIZES.indexOf(size) + (kind === "store" ? SIZES.length : 0)
}

/** Whether an access goes to the function's own frame, which needs no check. */
export function isInFrame(base: number, offset: number, size: AccessSize): boolean {
  return base === FRAME_POINTER && offset >= -FRAME_BYTES && offset + size <= 0
}

/** The limits that a function's accesses are checked against. */
export function limitsOf(operations: Iterable<Operation>): readonly (readonly [LimitKind, AccessSize])[] {
  const found = new Map<number, readonly [LimitKind, AccessSize]>()
  for (const operation of operations) {
    if (!("base" in operation) || isInFrame(operation.base, operation.offset, operation.size)) continue
    const kind = operation.kind === "load" || operation.kind === "loadAcquire" ? "load" : "store"
    found.set(limitLocal(kind, operation.size), [kind, operation.size])
  }
  return [...found.values()]
}

/** Sets the limits by how much memory there is; again after calls, for it may have grown. */
export function emitLimits(code: CodeWriter, limits: readonly (readonly [LimitKind, AccessSize])[]): void {
  if (limits.length === 0) return
  code.memorySize().op("i64.extend_i32_u").i64(16).op("i64.shl").set(LOCAL.value)
  for (const [kind, size] of limits) {
    code.get(LOCAL.value).i64(size + (kind === "store" ? UNUSED_BYTES : 0))
    code.op("i64.sub").set(limitLocal(kind, size))
  }
}
