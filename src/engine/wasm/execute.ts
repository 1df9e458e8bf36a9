import { type ExecutableProgram, MAX_LOOPS, type Machine } from "../machine.ts"
import { Unwind } from "../unwind.ts"
import { Heat } from "./heat.ts"
import { instanceOf } from "./modules.ts"
import { type Run, siteOf } from "./site.ts"
import type { Tier } from "./tier.ts"

export interface ExecuteOptions {
  /** Slot of the function to start: a callback that runs on its own (a timer's); 0 by default. */
  readonly entry?: number
  /** Which compiler; unless told, the quick one at first, and the other when a program turns out to be hot. */
  readonly tier?: Tier
}

export const heat = new Heat()

/** Hours of running: what compiled programs calculate with their fuel would overflow beyond. */
const MAX_FUEL = 1n << 46n

/** What a run on a machine may take. */
export function fuelOf({ fuel = MAX_FUEL }: Machine): bigint {
  return fuel < MAX_FUEL ? fuel : MAX_FUEL
}

/**
 * Runs a program compiled to WebAssembly, as `interpret` does, with the same results and faults. Only fuel is counted more
 * coarsely: loops pay for all of their body, so a run may end a little before it took all instructions of its budget.
 */
export function execute(
  program: ExecutableProgram,
  machine: Machine,
  registers: bigint | readonly bigint[] = [],
  options: ExecuteOptions = {},
): bigint {
  const args = typeof registers === "bigint" ? [registers] : registers
  const site = siteOf(machine)
  const entry = options.entry ?? 0
  const instance = instanceOf(program, site, options.tier ?? heat.tierOf(program), entry)
  const mark = site.arena.mark
  const { frame, limit, isStackShort } = site.enter(program, entry)
  const outer = { run: site.run, loops: site.loopBudget.value }
  const fuel = fuelOf(machine)
  const limits = instance.exchange(fuel, limit)
  const run: Run = { machine, isStackShort, instance, runs: instance.runs, tailCalls: 0 }
  site.run = run
  site.loopBudget.value = machine.loopBudget ?? MAX_LOOPS
  try {
    return BigInt.asUintN(64, instance.start(entry, args, frame))
  } catch (error) {
    if (error instanceof Unwind && error.run === run) return BigInt.asUintN(64, error.result)
    throw error
  } finally {
    site.run = outer.run
    heat.add(program, Number(fuel - instance.exchange(...limits)[0]))
    site.loopBudget.value = outer.loops
    site.arena.release(mark)
  }
}
