import type { ExecutableProgram, Machine } from "../machine.ts"
import { Unwind } from "../unwind.ts"
import { type ExecuteOptions, execute, fuelOf, heat } from "./execute.ts"
import type { Instance } from "./instance.ts"
import { RESULT_BYTES } from "./layout.ts"
import { instanceOf } from "./modules.ts"
import { type Run, type Site, siteOf } from "./site.ts"

/** Runs after which it is asked again whether a program is hot. */
const LOOK_AGAIN = 256

/**
 * A program on a machine, made ready to run many times: one call into WebAssembly for one run, or for many. r1 is an address
 * below 2^32, other arguments are 0. Results and faults are those of `execute`.
 */
export class Runner {
  readonly #program: ExecutableProgram
  readonly #machine: Machine
  readonly #tier: ExecuteOptions["tier"]
  readonly #site: Site
  #instance!: Instance
  #run!: Run
  #frame = 0
  #mark = 0
  #left = 0

  constructor(program: ExecutableProgram, machine: Machine, options: Pick<ExecuteOptions, "tier"> = {}) {
    this.#program = program
    this.#machine = machine
    this.#tier = options.tier
    this.#site = siteOf(machine)
  }

  /** One run; the low half of r0, as a signed number. */
  run(context: number): number {
    if (!this.#isReady()) return Number(BigInt.asIntN(32, this.#execute(context)))
    return this.#start(context, 0, 1, this.#site.mailboxAddress)
  }

  /** One run; all of r0, unsigned. */
  runWhole(context: number): bigint {
    if (!this.#isReady()) return this.#execute(context)
    this.#start(context, 0, 1, this.#site.mailboxAddress)
    return this.#site.mailbox[0] as bigint
  }

  /**
   * Runs with r1 = first, first + step, … `count` times, each with fuel of its own; every r0 goes to memory, 8 bytes
   * each from `results` on. A fault ends them all; results of those before are there.
   */
  runEach(first: number, step: number, count: number, results: number): void {
    const end = results + RESULT_BYTES * count
    if (results < 0 || end > this.#site.memoryBytes)
      throw new RangeError(`results of ${count} runs need memory from ${results} to ${end}`)
    if (this.#isReady()) {
      this.#start(first, step, count, results)
      return
    }
    const view = new DataView(this.#site.memory.buffer)
    for (let index = 0; index < count; index++)
      view.setBigUint64(results + RESULT_BYTES * index, this.#execute(first + index * step), true)
  }

  #execute(context: number): bigint {
    return execute(this.#program, this.#machine, BigInt(context >>> 0))
  }

  #start(first: number, step: number, count: number, results: number): number {
    const site = this.#site
    site.run = this.#run
    // No run has none left: whichever comes first has made no tail calls yet.
    this.#run.runs = 0
    try {
      return this.#instance.each(first, step, count, results, this.#frame)
    } catch (error) {
      if (!(error instanceof Unwind && error.run === this.#run)) throw error
      // bpf_throw left the loop too: what it ended with is that run's result, and the others follow.
      const { begun } = this.#instance
      new DataView(site.memory.buffer).setBigUint64(results + RESULT_BYTES * (begun - 1), error.result, true)
      if (begun === count) return Number(BigInt.asIntN(32, error.result))
      return this.#start(first + begun * step, step, count - begun, results + RESULT_BYTES * begun)
    } finally {
      site.run = undefined
      site.arena.release(this.#mark)
      this.#left -= count
    }
  }

  #prepare(): void {
    const [site, program, machine] = [this.#site, this.#program, this.#machine]
    heat.addRuns(program, LOOK_AGAIN)
    const instance = instanceOf(program, site, this.#tier ?? heat.tierOf(program))
    this.#mark = site.arena.mark
    const { frame, limit, isStackShort } = site.enter(program, 0)
    site.arena.release(this.#mark)
    instance.allow(fuelOf(machine), limit)
    this.#frame = frame
    this.#run = { machine, isStackShort, instance, runs: instance.runs, tailCalls: 0 }
    this.#instance = instance
    this.#left = LOOK_AGAIN
  }

  /** False when another run is going on here, or the machine has a loop budget of its own: the ordinary way does it all. */
  #isReady(): boolean {
    const site = this.#site
    if (site.run !== undefined || this.#machine.loopBudget !== undefined) return false
    const isStale =
      this.#left <= 0 || this.#mark !== site.arena.mark || this.#instance.memoryBytes !== site.memoryBytes
    if (isStale) this.#prepare()
    return true
  }
}
