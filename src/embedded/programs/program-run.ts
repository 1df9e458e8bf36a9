import { NotModelledError } from "../../base/index.ts"
import { helper } from "../../catalog/index.ts"
import type { CallFrame, Machine } from "../../engine/index.ts"
import { type HelperFunction, type HelperKernel, helperTable, type Invocation } from "../helpers/index.ts"

/** Bytes of stack one run may take: 512 for each of 8 nested functions. */
export const RUN_STACK = 512 * 8

const byNumber = new Map<number, HelperFunction>()
const byName = helperTable()

/** One program running once: what the engine asks while it does. */
export class ProgramRun implements Machine {
  readonly memory: WebAssembly.Memory
  readonly stack: { readonly base: number; readonly size: number }
  readonly #kernel: HelperKernel
  readonly #invocation: Invocation

  constructor(kernel: HelperKernel, invocation: Invocation, stackBase: number) {
    this.memory = kernel.memory.memory
    this.stack = { base: stackBase, size: RUN_STACK }
    this.#kernel = kernel
    this.#invocation = invocation
  }

  call(
    number: number,
    args: readonly [bigint, bigint, bigint, bigint, bigint],
    frame: CallFrame,
  ): bigint {
    const run = byNumber.get(number) ?? findHelper(number)
    return BigInt.asUintN(64, BigInt(run(this.#kernel, args, this.#invocation, frame)))
  }

  callKfunc(btfId: number): bigint {
    throw new NotModelledError(`kernel function with BTF id ${btfId} is not modelled by the embedded kernel yet`)
  }
}

function findHelper(number: number): HelperFunction {
  const row = helper(number)
  const run = row && byName[row.name]
  if (!run) {
    const name = row ? `${row.name}#${number}` : `#${number}`
    throw new NotModelledError(`helper ${name} is not modelled by the embedded kernel yet`)
  }
  byNumber.set(number, run)
  return run
}
