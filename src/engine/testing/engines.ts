import { interpret } from "../interpret.ts"
import { type ExecuteOptions, execute } from "../wasm/execute.ts"

export const executeQuickly: typeof execute = (program, machine, registers, options: ExecuteOptions = {}) =>
  execute(program, machine, registers, { ...options, tier: "quick" })

export const executeOptimised: typeof execute = (program, machine, registers, options: ExecuteOptions = {}) =>
  execute(program, machine, registers, { ...options, tier: "optimising" })

/** Every engine, for tests that all must pass: `describe.each(ENGINES)("%s", (_, run) => …)`. */
export const ENGINES: readonly (readonly [name: string, run: typeof interpret])[] = [
  ["interpreter", interpret],
  ["quick tier", executeQuickly],
  ["optimising tier", executeOptimised],
]
