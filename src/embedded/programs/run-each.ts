import { type ExecutableProgram, execute, type interpret, type Machine, Runner } from "../../engine/index.ts"

/** Runs of one program in a row, each on the context at `first`, `first + step`, …; its r0 goes to 8 bytes of memory from `results` on. */
export interface Contexts {
  readonly first: number
  readonly step: number
  readonly count: number
  readonly results: number
}

const RESULT_BYTES = 8

/** In one call into WebAssembly, where that is the engine. */
export function runEach(
  engine: typeof interpret,
  program: ExecutableProgram,
  machine: Machine,
  { first, step, count, results }: Contexts,
): void {
  if (engine === execute) {
    new Runner(program, machine).runEach(first, step, count, results)
    return
  }
  const view = new DataView(machine.memory.buffer)
  for (let index = 0; index < count; index++) {
    const returned = engine(program, machine, BigInt(first + index * step))
    view.setBigUint64(results + RESULT_BYTES * index, returned, true)
  }
}
