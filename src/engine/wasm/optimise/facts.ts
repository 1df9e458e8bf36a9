import type { Fact } from "../../machine.ts"
import type { State } from "./state.ts"
import { isNumber, value } from "./values.ts"

/** Facts by the slot that they hold before. */
export type Facts = ReadonlyMap<number, readonly Fact[]>

export const NO_FACTS: Facts = new Map()

export function factsBySlot(facts: readonly Fact[]): Facts {
  const all = new Map<number, Fact[]>()
  for (const fact of facts) {
    const own = all.get(fact.slot)
    if (own) own.push(fact)
    else all.set(fact.slot, [fact])
  }
  return all
}

/** Adds what is told from outside to what the analysis found itself. Distances from addresses are worth more than numbers. */
export function believe(facts: readonly Fact[] | undefined, state: State): void {
  for (const { register, low, high } of facts ?? []) {
    const own = state.read(register)
    if (isNumber(own) || own.base < 0) state.know(register, value(0, low, high, 1))
  }
}
