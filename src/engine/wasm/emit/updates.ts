import type { Step } from "../flow/blocks.ts"
import { frameOffset, writeOf } from "../flow/registers.ts"

/**
 * Loads whose place the same block writes to before anything else can be seen of it, as `*x += 1` does: with the step that
 * writes. One check serves both.
 */
export function updatesIn(steps: readonly Step[]): ReadonlyMap<Step, Step> {
  const updates = new Map<Step, Step>()
  let load: Step | undefined
  for (const step of steps) {
    const { operation } = step
    if (operation.kind === "load") {
      const isOutside = frameOffset(operation.base) === undefined && operation.dst !== operation.base
      load = isOutside ? step : undefined
    } else if (load?.operation.kind === "load") {
      if (isSamePlace(load.operation, operation)) updates.set(load, step)
      if (!isPure(operation) || writeOf(step) === load.operation.base) load = undefined
    }
  }
  return updates
}

interface Place {
  readonly base: number
  readonly offset: number
  readonly size: number
}

function isSamePlace(load: Place, operation: Step["operation"]): boolean {
  if (operation.kind !== "store" && operation.kind !== "atomic") return false
  return operation.base === load.base && operation.offset === load.offset && operation.size === load.size
}

/** Changes nothing but a register, and cannot fail. */
function isPure({ kind }: Step["operation"]): boolean {
  return kind === "alu" || kind === "move" || kind === "negate" || kind === "byteOrder"
}
