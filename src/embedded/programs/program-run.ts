import { NotModelledError, ProgramFault } from "../../base/index.ts"
import { kfuncAllowed } from "../../catalog/details.ts"
import { helper, kfunc, PROGRAM_TYPES } from "../../catalog/index.ts"
import {
  type CallArguments,
  type CallFrame,
  type CallResult,
  type ExecutableProgram,
  InstructionFault,
  type Machine,
  type NativeCalls,
  type StackRange,
} from "../../engine/index.ts"
import { isPoisonedKfunc, POISON_HELPER } from "../../object/index.ts"
import {
  ArgumentRefusal,
  EMBEDDED_HELPERS,
  type HelperFunction,
  type HelperKernel,
  type Invocation,
} from "../helpers/index.ts"
import { EMBEDDED_KFUNCS } from "../kfuncs/index.ts"
import { SkbContext } from "../packets/index.ts"
import { TRAMPOLINE_MODULE } from "./trampoline.ts"

const byNumber = new Map<number, HelperFunction>()

/** Instructions one run may take: far above what a verifier lets through, far below forever. */
const FUEL = 100_000_000n

/** One program running once: what the engine asks while it does. */
export class ProgramRun implements Machine {
  readonly memory: WebAssembly.Memory
  readonly stack: StackRange
  readonly fuel = FUEL
  readonly #kernel: HelperKernel
  /** Who runs, for what. */
  invocation: Invocation
  readonly natives: NativeCalls

  constructor(kernel: HelperKernel, invocation: Invocation, stack: StackRange, natives: NativeCalls) {
    this.natives = natives
    this.memory = kernel.memory.memory
    this.stack = stack
    this.#kernel = kernel
    this.invocation = invocation
  }

  call(number: number, args: CallArguments, frame: CallFrame): CallResult {
    if (number === POISON_HELPER || isPoisonedKfunc(number)) throw poisoned(number, frame)
    const run = byNumber.get(number) ?? findHelper(number, this.invocation, frame)
    return this.#run(run, args, frame)
  }

  callKfunc(btfId: number, module: number, args: CallArguments, frame: CallFrame): CallResult {
    if (module === TRAMPOLINE_MODULE) {
      const { core } = this.#kernel
      core.tracedFunctions.tell(core, btfId, Number(args[0]))
      return 0n
    }
    return this.#run(this.#findKfunc(btfId, frame), args, frame)
  }

  loadPacket(context: bigint, offset: number, size: 1 | 2 | 4): number | undefined {
    return new SkbContext(this.#kernel.memory, Number(context)).load(offset, size)
  }

  #run(run: HelperFunction, args: CallArguments, frame: CallFrame): CallResult {
    try {
      const result = run(this.#kernel, args, this.invocation, frame)
      return typeof result === "number" ? BigInt(result) : result
    } catch (error) {
      if (!(error instanceof ArgumentRefusal)) throw error
      throw new InstructionFault({ program: frame.program, slot: frame.slot, reason: error.reason })
    }
  }

  #findKfunc(btfId: number, frame: CallFrame): HelperFunction {
    const known = kfuncs.get(frame.program) ?? new Map<number, HelperFunction>()
    kfuncs.set(frame.program, known)
    const run = known.get(btfId) ?? findKfunc(btfId, this.#kernel, this.invocation, frame)
    known.set(btfId, run)
    return run
  }
}

/** The kernel functions that each program has called. */
const kfuncs = new WeakMap<ExecutableProgram, Map<number, HelperFunction>>()

function findKfunc(
  btfId: number,
  kernel: HelperKernel,
  invocation: Invocation,
  frame: CallFrame,
): HelperFunction {
  const name = kernel.functionName(btfId)
  if (name === undefined) throw notModelled(`the kernel function with BTF id ${btfId}`, invocation, frame)
  const because = refusedCall(name, invocation, kernel.release)
  // A verifier would have refused the program if it can get here.
  if (because !== undefined)
    throw new ProgramFault(
      `prog '${invocation.program.name}': instruction ${frame.slot}: ${because} (EACCES)`,
      { errno: "EACCES", hint: `skep explain ${name} lists who may call it` },
    )
  const run = EMBEDDED_KFUNCS[name]
  if (run) return run
  throw notModelled(`the kernel function ${name}`, invocation, frame)
}

/** What a verifier says of a call that the program's type may not make; programs of no known type may make all. */
function refusedCall(name: string, { program }: Invocation, release: string): string | undefined {
  const row = kfunc(name)
  const type = PROGRAM_TYPES.find(({ name }) => name === program.type)
  if (!row || !type) return undefined
  const { attachType } = program
  const verdict = kfuncAllowed(row, {
    programType: type.name,
    release,
    sleepable: true,
    ...(attachType !== undefined && { attachType }),
  })
  return verdict.allowed ? undefined : verdict.because
}

/** An instruction that the loader could not make fit: a verifier would have refused the program if it can get there. */
function poisoned(number: number, frame: CallFrame): ProgramFault {
  const reason = frame.program.describe?.(frame.slot) ?? ""
  const isCall = isPoisonedKfunc(number)
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
