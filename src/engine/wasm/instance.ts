import { ProgramFault } from "../../base/index.ts"
import { FAULT_REASONS } from "../fault-reasons.ts"
import { InstructionFault } from "../instruction-fault.ts"
import {
  type CallArguments,
  type CallResult,
  type ExecutableProgram,
  MAX_TAIL_CALLS,
  type Machine,
  ProgramExit,
} from "../machine.ts"
import { NativeRefusal } from "../native-calls.ts"
import { Unwind } from "../unwind.ts"
import { Caller, type CallingInstance } from "./caller.ts"
import { faultOf } from "./fault.ts"
import { EACH_NAME, FAULT, functionName, STATUS } from "./layout.ts"
import type { Run, Site } from "./site.ts"
import type { Tier } from "./tier.ts"

/** As `each` below. */
type EachFunction = (first: number, step: number, count: number, results: number, frame: number) => number
type BpfFunction = (frame: number, r1: bigint, r2: bigint, r3: bigint, r4: bigint, r5: bigint) => bigint

/** A program's module on one site. */
export class Instance implements CallingInstance {
  readonly program: ExecutableProgram
  readonly tier: Tier
  /** How large memory was when it was compiled. */
  readonly memoryBytes: number
  readonly #site: Site
  readonly #instanceOf: (program: ExecutableProgram, site: Site) => Instance
  readonly #each: EachFunction
  readonly #functions: Readonly<Record<string, BpfFunction>>
  /** Instructions that this program may still take, while others run or it has called out. */
  readonly fuel: WebAssembly.Global<"i64">
  /** Of the last trap: FAULT above, the slot in the low half. */
  readonly #reason: WebAssembly.Global<"i64">
  readonly #address: WebAssembly.Global<"i64">
  /** The lowest frame that the run may use. */
  readonly #frameLimit: WebAssembly.Global<"i32">
  readonly #budget: WebAssembly.Global<"i64">
  readonly #runs: WebAssembly.Global<"i32">
  /** When `each` has failed: how many runs it had begun. */
  begun = 0

  constructor(
    program: ExecutableProgram,
    module: WebAssembly.Module,
    natives: Readonly<Record<string, (...args: number[]) => number>>,
    site: Site,
    tier: Tier,
    /** For programs that it goes on in. */
    instanceOf: (program: ExecutableProgram, site: Site) => Instance,
  ) {
    this.#instanceOf = instanceOf
    this.program = program
    this.tier = tier
    this.memoryBytes = site.memoryBytes
    this.#site = site
    const instance = new WebAssembly.Instance(module, {
      env: {
        ...natives,
        memory: site.memory,
        mailbox: site.mailboxAddress,
        loopBudget: site.loopBudget,
        call: (id: number, slot: number, frame: number) => this.#callHelper(id, slot, frame),
        callKfunc: (id: number, module: number, slot: number, frame: number) =>
          this.#callKfunc(id, module, slot, frame),
        loadPacket: (context: bigint, offset: number, size: 1 | 2 | 4, slot: number) =>
          this.#loadPacket(BigInt.asUintN(64, context), offset, size, slot),
        callee: (value: bigint, register: number, slot: number) =>
          this.#callee(BigInt.asUintN(64, value), register, slot),
      },
    })
    this.#functions = instance.exports as Record<string, BpfFunction>
    this.#each = instance.exports[EACH_NAME] as EachFunction
    this.fuel = instance.exports.fuel as WebAssembly.Global<"i64">
    this.#reason = instance.exports.fault as WebAssembly.Global<"i64">
    this.#address = instance.exports.faultAddress as WebAssembly.Global<"i64">
    this.#frameLimit = instance.exports.frameLimit as WebAssembly.Global<"i32">
    this.#budget = instance.exports.budget as WebAssembly.Global<"i64">
    this.#runs = instance.exports.runs as WebAssembly.Global<"i32">
  }

  get #run(): Run {
    const { run } = this.#site
    if (!run) throw new Error("BUG: a compiled program called out after its run")
    return run
  }

  get #machine(): Machine {
    return this.#run.machine
  }

  hasFunction(slot: number): boolean {
    return functionName(slot) in this.#functions
  }

  /** Runs a function in the frame that starts at `frame`. */
  start(slot: number, args: readonly bigint[], frame: number): bigint {
    const run = this.#functions[functionName(slot)]!
    try {
      return run(frame, args[0] ?? 0n, args[1] ?? 0n, args[2] ?? 0n, args[3] ?? 0n, args[4] ?? 0n)
    } catch (error) {
      throw this.#faultOf(error)
    }
  }

  /** What every run of `each` may take. */
  allow(fuel: bigint, frameLimit: number): void {
    this.#budget.value = fuel
    this.#frameLimit.value = frameLimit
  }

  /** Runs the program with r1 = first, first + step, … `count` times; each r0 goes to memory at `results`, 8 bytes each. The low half of the last one. */
  each(first: number, step: number, count: number, results: number, frame: number): number {
    try {
      return this.#each(first, step, count, results, frame)
    } catch (error) {
      this.begun = count - this.runs + 1
      throw this.#faultOf(error)
    }
  }

  /** How many runs `each` still has to do, the one that is going on among them. */
  get runs(): number {
    return this.#runs.value
  }

  /** What comes out of WebAssembly, as users shall see it. */
  #faultOf(error: unknown): unknown {
    if (error instanceof WebAssembly.RuntimeError) return this.#trapped(error)
    if (!(error instanceof NativeRefusal)) return error
    return new InstructionFault({ program: this.program, slot: error.slot, reason: error.message })
  }

  /** The fault that a program left behind when it trapped. */
  #trapped(error: WebAssembly.RuntimeError): Error {
    const reason = this.#reason.value
    if (reason === 0n) return overwritten(error)
    const address = BigInt.asUintN(64, this.#address.value)
    this.#reason.value = 0n
    this.#address.value = 0n
    return this.#fault(Number(reason >> 32n), Number(BigInt.asIntN(32, reason)), address)
  }

  #callHelper(id: number, slot: number, frame: number): number {
    const args = this.#callOut(frame)
    return this.#answer(this.#machine.call(id, args, new Caller(this, slot, frame)), args, frame)
  }

  #callKfunc(id: number, module: number, slot: number, frame: number): number {
    const args = this.#callOut(frame)
    return this.#answer(this.#machine.callKfunc(id, module, args, new Caller(this, slot, frame)), args, frame)
  }

  #callOut(frame: number): CallArguments {
    const { mailbox, arena } = this.#site
    // Frames of callbacks, and of programs that the call lets run, come below this one.
    arena.release(frame)
    // One by one: taking them apart as a list takes five times as long.
    return [mailbox[1]!, mailbox[2]!, mailbox[3]!, mailbox[4]!, mailbox[5]!]
  }

  #answer(result: CallResult, [r1]: CallArguments, frame: number): number {
    const site = this.#site
    if (typeof result === "bigint") {
      site.mailbox[0] = result
      return STATUS.result
    }
    const run = this.#run
    if (result instanceof ProgramExit) throw new Unwind(run, result.result)
    const { runs } = run.instance
    if (run.runs !== runs) [run.runs, run.tailCalls] = [runs, 0]
    if (run.tailCalls === MAX_TAIL_CALLS) return STATUS.unchanged
    run.tailCalls++
    site.mailbox[0] = this.#tailCall(result.program, r1, frame)
    return STATUS.end
  }

  /** The program goes on with this one's frame, fuel and limit. It may be in use by a run further out. */
  #tailCall(program: ExecutableProgram, r1: bigint, frame: number): bigint {
    const next = this.#instanceOf(program, this.#site)
    if (next === this) return next.start(0, [r1], frame)
    const outer = next.exchange(this.fuel.value, this.#frameLimit.value)
    try {
      return next.start(0, [r1], frame)
    } finally {
      this.fuel.value = next.fuel.value
      next.exchange(...outer)
    }
  }

  /** Sets what the program may take and gives what it was before. */
  exchange(fuel: bigint, frameLimit: number): [fuel: bigint, frameLimit: number] {
    const before: [bigint, number] = [this.fuel.value, this.#frameLimit.value]
    this.fuel.value = fuel
    this.#frameLimit.value = frameLimit
    return before
  }

  checkFrame(frame: number, slot: number): void {
    if (frame < this.#frameLimit.value) throw this.#fault(FAULT.frame, slot, 0n)
  }

  #loadPacket(context: bigint, offset: number, size: 1 | 2 | 4, slot: number): bigint {
    const machine = this.#machine
    if (!machine.loadPacket)
      throw new InstructionFault({
        program: this.program,
        slot,
        reason: FAULT_REASONS.noPacket,
      })
    const value = machine.loadPacket(context, offset, size)
    return value === undefined ? -1n : BigInt(value >>> 0)
  }

  #callee(value: bigint, register: number, slot: number): number {
    if (value < BigInt(this.program.instructions.length) && this.hasFunction(Number(value)))
      return Number(value)
    throw new InstructionFault({
      program: this.program,
      slot,
      reason: FAULT_REASONS.noFunction(register, value),
    })
  }

  #fault(code: number, slot: number, address: bigint): InstructionFault {
    return faultOf(this.program, this.#site, this.memoryBytes, code, slot, address)
  }
}

/** A native helper met something that cannot be in memory unless a program wrote it there. */
function overwritten(cause: WebAssembly.RuntimeError): ProgramFault {
  return new ProgramFault(`a helper met kernel memory that a program has overwritten: ${cause.message}`, {
    cause,
  })
}
