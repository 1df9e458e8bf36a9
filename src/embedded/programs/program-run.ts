import { NotModelledError, ProgramFault } from "../../base/index.ts"
import { helper } from "../../catalog/index.ts"
import {
  type CallArguments,
  type CallFrame,
  type CallResult,
  InstructionFault,
  type Machine,
  type StackRange,
} from "../../engine/index.ts"
import { POISON_HELPER } from "../../object/index.ts"
import {
  ArgumentRefusal,
  EMBEDDED_HELPERS,
  type HelperFunction,
  type HelperKernel,
  type Invocation,
} from "../helpers/index.ts"
import { EMBEDDED_KFUNCS } from "../kfuncs/index.ts"
import { POISON_KFUNC } from "./poison.ts"

const byNumber = new Map<number, HelperFunction>()

/** Instructions one run may take: far above what a verifier lets through, far below forever. */
const FUEL = 100_000_000n

/** One program running once: what the engine asks while it does. */
export class ProgramRun implements Machine {
  readonly memory: WebAssembly.Memory
  readonly stack: StackRange
  readonly fuel = FUEL
  readonly #kernel: HelperKernel
  readonly #invocation: Invocation

  constructor(kernel: HelperKernel, invocation: Invocation, stack: StackRange) {
    this.memory = kernel.memory.memory
    this.stack = stack
    this.#kernel = kernel
    this.#invocation = invocation
  }

  call(number: number, args: CallArguments, frame: CallFrame): CallResult {
    if (number === POISON_HELPER || number === POISON_KFUNC) throw poisoned(number, frame)
    const run = byNumber.get(number) ?? findHelper(number, this.#invocation, frame)
    return this.#run(run, args, frame)
  }

  callKfunc(btfId: number, _module: number, args: CallArguments, frame: CallFrame): CallResult {
    return this.#run(this.#findKfunc(btfId, frame), args, frame)
  }

  #run(run: HelperFunction, args: CallArguments, frame: CallFrame): CallResult {
    try {
      const result = run(this.#kernel, args, this.#invocation, frame)
      return typeof result === "number" ? BigInt(result) : result
    } catch (error) {
      if (!(error instanceof ArgumentRefusal)) throw error
      throw new InstructionFault({ program: frame.program, slot: frame.slot, reason: error.reason })
    }
  }

  #findKfunc(btfId: number, frame: CallFrame): HelperFunction {
    const name = this.#kernel.functionName(btfId)
    const run = name === undefined ? undefined : EMBEDDED_KFUNCS[name]
    if (run) return run
    const what = name === undefined ? `with BTF id ${btfId}` : name
    throw notModelled(`the kernel function ${what}`, this.#invocation, frame)
  }
}

/** An instruction that the loader could not make fit: a verifier would have refused the program if it can get there. */
function poisoned(number: number, frame: CallFrame): ProgramFault {
  const reason = frame.program.describe?.(frame.slot) ?? ""
  const isCall = number === POISON_KFUNC
  const what = isCall ? "<invalid kfunc call>" : "<invalid CO-RE relocation>"
  return new ProgramFault(`instruction ${frame.slot}: ${what} ${reason}`, {
    errno: "EINVAL",
    hint: isCall
      ? "this kernel has no such function: test for it with bpf_ksym_exists first"
      : "this kernel's types have no such field, type or value: test for it with bpf_core_field_exists first",
  })
}

function findHelper(number: number, invocation: Invocation, frame: CallFrame): HelperFunction {
  const row = helper(number)
  const run = row && EMBEDDED_HELPERS[row.name]
  if (!run) throw notModelled(`helper ${row?.name ?? ""}#${number}`, invocation, frame)
  byNumber.set(number, run)
  return run
}

function notModelled(
  what: string,
  { program }: Invocation,
  { program: running, slot }: CallFrame,
): NotModelledError {
  const source = running.describe?.(slot)
  return new NotModelledError(
    `prog '${program.name}': ${what} is not modelled by the embedded kernel yet: called at instruction ${slot}${source ? ` [${source}]` : ""}`,
  )
}
