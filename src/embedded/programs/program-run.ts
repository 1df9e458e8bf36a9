import { NotModelledError, ProgramFault } from "../../base/index.ts"
import { helper } from "../../catalog/index.ts"
import {
  type CallArguments,
  type CallFrame,
  type CallResult,
  InstructionFault,
  type Machine,
  type NativeCalls,
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

  readonly natives: NativeCalls

  constructor(kernel: HelperKernel, invocation: Invocation, stack: StackRange, natives: NativeCalls) {
    this.natives = natives
    this.memory = kernel.memory.memory
    this.stack = stack
    this.#kernel = kernel
    this.#invocation = invocation
  }

  call(number: number, args: CallArguments, frame: CallFrame): CallResult {
    if (number === POISON_HELPER) throw poisoned(frame)
    const run = byNumber.get(number) ?? findHelper(number, this.#invocation, frame)
    try {
      const result = run(this.#kernel, args, this.#invocation, frame)
      return typeof result === "number" ? BigInt(result) : result
    } catch (error) {
      if (!(error instanceof ArgumentRefusal)) throw error
      throw new InstructionFault({ program: frame.program, slot: frame.slot, reason: error.reason })
    }
  }

  callKfunc(btfId: number, _module: number, _args: CallArguments, frame: CallFrame): bigint {
    throw notModelled(`the kernel function with BTF id ${btfId}`, this.#invocation, frame)
  }
}

/** An instruction that CO-RE could not make fit: a verifier would have refused the program if it can get there. */
function poisoned(frame: CallFrame): ProgramFault {
  const reason = frame.program.describe?.(frame.slot) ?? ""
  return new ProgramFault(`instruction ${frame.slot}: <invalid CO-RE relocation> ${reason}`, {
    errno: "EINVAL",
    hint: "this kernel's types have no such field, type or value: test for it with bpf_core_field_exists first",
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
