import { interpret } from "../interpret.ts"
import { execute } from "../wasm/instance.ts"

/** Every engine, for tests that all must pass: `describe.each(ENGINES)("%s", (_, run) => …)`. */
export const ENGINES: readonly (readonly [name: string, run: typeof interpret])[] = [
  ["interpreter", interpret],
  ["compiler", execute],
]
