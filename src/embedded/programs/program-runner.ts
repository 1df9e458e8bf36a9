import { ProgramFault } from "../../base/index.ts"
import {
  type ExecutableProgram,
  execute,
  FRAME_BYTES,
  InstructionFault,
  type interpret,
  Runner,
  type StackRange,
} from "../../engine/index.ts"
import type { HookFacts } from "../core.ts"
import type { CallbackRunner } from "../fields/index.ts"
import type { HelperKernel, Invocation } from "../helpers/index.ts"
import type { Task } from "../tasks/task.ts"
import type { RunBatch } from "../test-run/index.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { NativeHelpers } from "./native-helpers.ts"
import type { EmbeddedProgram } from "./program.ts"
import { ProgramRun } from "./program-run.ts"
import { type Contexts, runEach } from "./run-each.ts"

/** Programs that run inside helpers of programs; more is a loop of hooks. */
const MAX_NESTED_RUNS = 16
/** Bytes of stack one run may take: 512 for each of 8 nested functions. */
const RUN_STACK = 512 * 8
/**
 * The flags column of trace pipe lines out of a timer's callback, and out of a work item's. The idle task has
 * switched preemption off once itself.
 */
const TIMER_FLAGS = { idle: "..s2.", busy: "..s1." }
const WORKER_FLAGS = "...11"
/** And out of a test run. */
const TEST_RUN_FLAGS = "...11"
/** How long one run of a program takes in the model. */
const NANOSECONDS_A_RUN = 1000n

/** What holds while no program runs. */
const OUTSIDE: HookFacts = { traceFlags: TEST_RUN_FLAGS }

/** A program's run that is used again for each event. */
interface ReadyRun {
  readonly executable: ExecutableProgram
  readonly run: ProgramRun
  readonly runner: Runner
}

/** What a runner needs of the kernel. */
export interface RunnerKernel extends HelperKernel {
  readonly idle: Task
  current: Task
  /** The kernel thread that does what was put off. */
  worker(): Task
}

/** Runs programs of one kernel, one at a time or nested: who runs, on which stack, and what holds meanwhile. */
export class ProgramRunner {
  readonly #kernel: RunnerKernel
  readonly #engine: typeof interpret
  readonly #natives: NativeHelpers
  readonly #stack: StackRange
  #depth = 0
  /** What waits for interrupts, in the section without them that ran last. */
  #section: HookFacts | undefined
  readonly #putOff = new Set<string>()
  /** Each program's run, ready for the next event: only where no other program runs. */
  readonly #ready = new WeakMap<EmbeddedProgram, ReadyRun>()
  #facts = OUTSIDE

  constructor(kernel: RunnerKernel, engine: typeof interpret) {
    this.#kernel = kernel
    this.#engine = engine
    this.#natives = new NativeHelpers(kernel)
    const size = RUN_STACK * MAX_NESTED_RUNS + FRAME_BYTES
    this.#stack = { base: kernel.memory.alloc(size), size }
  }

  /** The flags column of what programs print now. */
  get traceFlags(): string {
    return this.#facts.traceFlags
  }

  /** One run on a hook: r0, or 0 where too many programs run inside one another. */
  run({ program, cookie, place }: Attachment, context: number, facts: HookFacts): bigint {
    if (this.#depth >= MAX_NESTED_RUNS) return 0n
    const { functionAddress = 0n, traced, group, sample, session } = facts
    const invocation = { program, context, cookie, place, functionAddress, traced, group, sample, session }
    program.runs += 1
    const result =
      this.#depth > 0 || this.#engine !== execute
        ? this.#execute(program.executable, invocation, facts, [BigInt(context)])
        : this.#runReady(invocation, program, facts)
    program.noteResult(result)
    return result
  }

  #runReady(invocation: Invocation, program: EmbeddedProgram, facts: HookFacts): bigint {
    const { run, runner } = this.#readyRun(program)
    run.invocation = invocation
    this.#begin(facts)
    try {
      return runner.runWhole(invocation.context)
    } catch (error) {
      throw explained(error, invocation)
    } finally {
      this.#end(OUTSIDE, 1)
    }
  }

  #readyRun(program: EmbeddedProgram): ReadyRun {
    const { executable } = program
    const known = this.#ready.get(program)
    // Replacing one of its functions makes another code of it.
    if (known?.executable === executable) return known
    const nobody = { program, context: 0, cookie: 0n, functionAddress: 0n }
    const run = new ProgramRun(this.#kernel, nobody, this.#stack, this.#natives)
    const ready = { executable, run, runner: new Runner(executable, run) }
    this.#ready.set(program, ready)
    return ready
  }

  /** Many runs on a hook, in one call into WebAssembly. */
  runMany({ program, cookie }: Attachment, contexts: Contexts, facts: HookFacts): void {
    const invocation = { program, context: contexts.first, cookie, functionAddress: 0n }
    program.runs += contexts.count
    this.#inside(invocation, facts, contexts.count, run =>
      runEach(this.#engine, program.executable, run, contexts),
    )
  }

  /** Test runs, in one call into WebAssembly. */
  runBatch(program: EmbeddedProgram, batch: RunBatch): void {
    const { memory } = this.#kernel
    const before = memory.runningCpu
    memory.runningCpu = batch.cpu ?? before
    try {
      this.runMany({ program, cookie: 0n, offset: 0 }, batch, { traceFlags: TEST_RUN_FLAGS })
    } finally {
      memory.runningCpu = before
    }
  }

  /** Runs a timer's or work item's function on its own: after the program that runs now, if one does. */
  readonly runCallback: CallbackRunner = (kind, { program, slot, invocation }, args) => {
    const kernel = this.#kernel
    const interrupted = kernel.current
    if (kind === "workqueue") kernel.current = kernel.worker()
    const timerFlags = interrupted === kernel.idle ? TIMER_FLAGS.idle : TIMER_FLAGS.busy
    const facts = { traceFlags: kind === "timer" ? timerFlags : WORKER_FLAGS }
    try {
      this.#execute(program, { ...invocation, context: 0 }, facts, args, Number(slot))
    } finally {
      kernel.current = interrupted
    }
  }

  /** False when work of this kind has been put off already: interrupts are off, and it waits for them. */
  putOff(work: string): boolean {
    if (!this.#facts.traceFlags.startsWith("d")) return true
    if (this.#putOff.has(work)) return false
    this.#putOff.add(work)
    return true
  }

  #execute(
    executable: ExecutableProgram,
    invocation: Invocation,
    facts: HookFacts,
    args: readonly bigint[],
    entry = 0,
  ): bigint {
    return this.#inside(invocation, facts, 1, run => this.#engine(executable, run, args, { entry }))
  }

  /** What holds while a program runs, so many times in a row. */
  #inside<T>(invocation: Invocation, facts: HookFacts, runs: number, body: (run: ProgramRun) => T): T {
    const outer = this.#facts
    const run = new ProgramRun(this.#kernel, invocation, this.#stack, this.#natives)
    this.#begin(facts)
    try {
      return body(run)
    } catch (error) {
      throw explained(error, invocation)
    } finally {
      this.#end(outer, runs)
    }
  }

  #begin(facts: HookFacts): void {
    if (facts !== this.#section) this.#putOff.clear()
    this.#section = facts
    this.#facts = facts
    this.#depth += 1
    this.#kernel.clock.hold()
  }

  #end(outer: HookFacts, runs: number): void {
    const { clock } = this.#kernel
    this.#depth -= 1
    this.#facts = outer
    clock.advance(NANOSECONDS_A_RUN * BigInt(runs))
    clock.resume()
  }
}

/** The engine's fault with the program's name in front. */
function explained(error: unknown, { program }: Invocation): unknown {
  if (!(error instanceof InstructionFault)) return error
  return new ProgramFault(`prog '${program.name}': ${error.message}`, { cause: error })
}
