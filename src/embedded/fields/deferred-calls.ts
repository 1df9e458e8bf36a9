import { errnoNumber } from "../../base/index.ts"
import type { ExecutableProgram } from "../../engine/index.ts"
import type { Clock } from "../clock.ts"
import type { Invocation } from "../helpers/helper.ts"
import type { KernelMemory } from "../memory/index.ts"

const [EINVAL, EBUSY, EDEADLK] = [-errnoNumber("EINVAL"), -errnoNumber("EBUSY"), -errnoNumber("EDEADLK")]

/** The map that a timer or work item lies in, as its callback is told. */
export interface DeferredMap {
  readonly address: number
  /** The key of the value at an address of this map. */
  keyOf(value: number): Uint8Array | undefined
}

/** A function of a program, to be run on its own. */
export interface Callback {
  readonly program: ExecutableProgram
  /** Its first slot. */
  readonly slot: bigint
  readonly invocation: Invocation
}

/** Runs callbacks with what happens around them: timers in a soft interrupt, work in a kernel thread. */
export type CallbackRunner = (
  kind: "timer" | "workqueue",
  callback: Callback,
  args: readonly bigint[],
) => void

interface DeferredCall {
  readonly kind: "timer" | "workqueue"
  readonly map: DeferredMap
  readonly value: number
  readonly clockId: number
  callback: Callback | undefined
  /** Takes it off the clock; undefined while it waits for nothing. */
  unschedule: (() => void) | undefined
}

/** Timers and work items of map values (kernel/bpf/helpers.c, bpf_async_cb), by the addresses of their fields. */
export class DeferredCalls {
  readonly #memory: KernelMemory
  readonly #clock: Clock
  readonly #run: CallbackRunner
  readonly #calls = new Map<number, DeferredCall>()
  #running: DeferredCall | undefined

  constructor(memory: KernelMemory, clock: Clock, run: CallbackRunner) {
    this.#memory = memory
    this.#clock = clock
    this.#run = run
  }

  /** Makes the field at `address` of the value at `value` a timer or work item. */
  init(kind: DeferredCall["kind"], address: number, map: DeferredMap, value: number, clockId = 0): number {
    if (this.#calls.has(address)) return EBUSY
    this.#calls.set(address, { kind, map, value, clockId, callback: undefined, unschedule: undefined })
    // Where the kernel's own object would stand.
    this.#memory.view.setBigUint64(address, BigInt(address), true)
    return 0
  }

  setCallback(address: number, callback: Callback): number {
    const call = this.#calls.get(address)
    if (!call) return EINVAL
    call.callback = callback
    return 0
  }

  /** The clock that a timer was initialized for; undefined for what is none. */
  clockOf(address: number): number | undefined {
    return this.#calls.get(address)?.clockId
  }

  /** Lets the callback run at `time`; one that waits already waits for the new time. */
  start(address: number, time: bigint): number {
    const call = this.#calls.get(address)
    if (!call?.callback) return EINVAL
    call.unschedule?.()
    call.unschedule = this.#clock.schedule(time, () => this.#fire(call))
    return 0
  }

  /** 1 when it was waiting, 0 when not. A callback cannot cancel itself, and one that is cancelled is forgotten. */
  cancel(address: number): number {
    const call = this.#calls.get(address)
    if (!call) return EINVAL
    if (call === this.#running) return EDEADLK
    return this.#stop(call)
  }

  /** Ends it for good: its value goes. */
  drop(address: number): void {
    const call = this.#calls.get(address)
    if (!call) return
    this.#stop(call)
    this.#calls.delete(address)
    this.#memory.view.setBigUint64(address, 0n, true)
  }

  #stop(call: DeferredCall): number {
    const waited = call.unschedule ? 1 : 0
    call.unschedule?.()
    call.unschedule = undefined
    call.callback = undefined
    return waited
  }

  #fire(call: DeferredCall): void {
    call.unschedule = undefined
    const { callback, kind, map, value } = call
    if (!callback) return
    const bytes = map.keyOf(value)
    if (!bytes) throw new Error(`BUG: a ${kind} outlived its value at ${value}`)
    const key = this.#memory.alloc(bytes.length)
    this.#memory.write(key, bytes)
    const outer = this.#running
    this.#running = kind === "timer" ? call : outer
    try {
      this.#run(kind, callback, [BigInt(map.address), BigInt(key), BigInt(value)])
    } finally {
      this.#running = outer
      this.#memory.free(key)
    }
  }
}
