import { errnoNumber } from "../../base/index.ts"
import { actionsOf, failedRun, type RunOptions, type RunResult } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { Contexts } from "../programs/run-each.ts"
import { finishRun } from "./finish-run.ts"
import {
  type Input,
  type Output,
  type RunHost,
  type RunKind,
  refuseIf,
  type TestSubject,
} from "./run-kind.ts"

export interface RunBatch extends Contexts {
  /** The CPU that it runs on, where that was asked for. */
  readonly cpu: number | undefined
}

export interface BatchHost extends RunHost {
  readonly core: KernelCore
  readonly program: EmbeddedProgram
  runEach(subject: TestSubject, batch: RunBatch): void
}

const MOST_REPEATS = 16_384
const RESULT_BYTES = 8
const NOTHING = new Uint8Array(0)

/** The inputs that are in memory at a time. */
export class ChunkRun {
  readonly #host: BatchHost
  readonly #subject: TestSubject
  readonly #kind: RunKind
  readonly #inputs: readonly Input[]
  readonly #actionOf: (result: number) => string | undefined
  readonly #step: number
  readonly #slots: number
  /** The input that it is at. */
  at = 0

  constructor(host: BatchHost, subject: TestSubject, kind: RunKind, inputs: readonly Input[]) {
    this.#host = host
    this.#subject = subject
    this.#kind = kind
    this.#inputs = inputs
    this.#actionOf = actionsOf(subject)
    this.#step = Math.ceil(Math.max(...inputs.map(input => kind.slotBytes(input, subject))) / 16) * 16
    this.#slots = host.memory.alloc(this.#step * inputs.length)
  }

  run(options: RunOptions, cpu: number | undefined): RunResult[] {
    for (this.at = 0; this.at < this.#inputs.length; this.at++) this.#place(this.at)
    const repeat = this.#kind.isTimed ? Math.max(options.repeat ?? 1, 1) : 1
    // Compiles it: Linux has done that when a program is loaded.
    this.#host.runEach(this.#subject, { first: this.#slots, step: 0, count: 0, results: this.#slots, cpu })
    const start = performance.now()
    const returned =
      repeat === 1 ? this.#once(cpu) : this.#inputs.map((_, index) => this.#many(index, repeat, cpu))
    const runs = repeat * this.#inputs.length
    const duration = this.#kind.isTimed ? Math.round(((performance.now() - start) * 1e6) / runs) : 0
    return returned.map((result, index) => {
      this.at = index
      return this.#result(index, result, duration, options)
    })
  }

  #place(index: number): void {
    this.#kind.place(this.#host, this.#slotOf(index), this.#inputs[index]!, this.#subject)
  }

  free(): void {
    this.#host.memory.free(this.#slots)
  }

  /** Each input once: all of them in one call. */
  #once(cpu: number | undefined): number[] {
    const { length } = this.#inputs
    return this.#withResults(length, results => {
      const batch = { first: this.#slots, step: this.#step, count: length, results, cpu }
      this.#host.runEach(this.#subject, batch)
      return this.#inputs.map((_, index) => this.#returned(results, index))
    })
  }

  /** One input many times; what the last run returned. */
  #many(index: number, repeat: number, cpu: number | undefined): number {
    const most = this.#kind.isFresh ? 1 : Math.min(repeat, MOST_REPEATS)
    return this.#withResults(most, results => {
      let last = 0
      for (let done = 0; done < repeat; done += most) {
        if (this.#kind.isFresh && done > 0) this.#place(index)
        const count = Math.min(most, repeat - done)
        this.#host.runEach(this.#subject, { first: this.#slotOf(index), step: 0, count, results, cpu })
        last = this.#returned(results, count - 1)
      }
      return last
    })
  }

  #result(index: number, result: number, duration: number, options: RunOptions): RunResult {
    const { packet, context } = this.#kind.collect(
      this.#host,
      this.#slotOf(index),
      this.#inputs[index]!,
      this.#subject,
    )
    const action = this.#actionOf(result)
    if (this.#kind.isTimed) this.#finish(packet, options.packetRoom)
    return {
      result,
      action,
      packet: fitting(packet, options.packetRoom, "packet"),
      context: fitting(context, options.contextRoom, "context"),
      duration,
    }
  }

  /** Throws what programs on bpf_test_finish make of the end; without room for the packet they see that too. */
  #finish(packet: Output["packet"], room: number | undefined): void {
    const isFull = packet !== undefined && room !== undefined && room > 0 && packet.length > room
    const status = isFull ? -errnoNumber("ENOSPC") : 0
    const ended = finishRun(this.#host.core, status)
    if (ended < 0 && ended !== status) throw failedRun(this.#subject, -ended)
  }

  #withResults<T>(count: number, use: (results: number) => T): T {
    const results = this.#host.memory.alloc(count * RESULT_BYTES)
    try {
      return use(results)
    } finally {
      this.#host.memory.free(results)
    }
  }

  #returned(results: number, index: number): number {
    return this.#host.memory.view.getUint32(results + index * RESULT_BYTES, true)
  }

  #slotOf(index: number): number {
    return this.#slots + index * this.#step
  }
}

/** What the caller has room for; none at all means that it does not ask. */
export function fitting(bytes: Output["packet"], room: number | undefined, what: string): Uint8Array {
  if (!bytes || room === 0) return NOTHING
  refuseIf(room !== undefined && bytes.length > room, "ENOSPC", `the ${what} has ${bytes.length} bytes now`)
  return bytes
}
