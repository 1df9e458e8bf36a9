import { type AssembleOptions, assemble } from "../../isa/index.ts"
import type { CallArguments, CallFrame, CallResult, ExecutableProgram, Machine } from "../machine.ts"

/** Where tests may put data: one page above the unused 64 KiB. */
export const DATA = 0x1_0000
const STACK = { base: 0x2_0000, size: 0x4000 }

export type TestHelper = (args: CallArguments, frame: CallFrame) => CallResult

/** A machine of 192 KiB whose helpers are the given functions, numbered from 1. */
export function testMachine(helpers: readonly TestHelper[] = [], options: Partial<Machine> = {}): Machine {
  const call = (id: number, args: CallArguments, frame: CallFrame) => {
    const helper = helpers[id - 1]
    if (helper === undefined) throw new Error(`BUG: the test has no helper ${id}`)
    return helper(args, frame)
  }
  return {
    memory: new WebAssembly.Memory({ initial: 3 }),
    stack: { ...STACK },
    call,
    callKfunc: (btfId, _module, args, frame) => call(btfId, args, frame),
    ...options,
  }
}

/** Assembles a test's program; `call 1` is the machine's first helper. */
export function testProgram(text: string, options?: AssembleOptions): ExecutableProgram {
  return { instructions: assemble(text, options) }
}
