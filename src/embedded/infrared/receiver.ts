import type { InputEvent } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { Attachment } from "../tracing/hooks.ts"

/** Kinds of samples, in the top byte; microseconds in the others. */
const SAMPLE = { space: 0, pulse: 0x0100_0000, timeout: 0x0300_0000, overflow: 0x0400_0000 } as const
const MOST_MICROSECONDS = 0x00ff_ffff
/** Darkness for so long is the end of a message. */
const TIMEOUT = 125_000
/** Light for longer than this is more than the receiver can take. */
const OVERFLOW = 50_000
/** The receiver's own thread runs the programs. */
const TRACE_FLAGS = "...1."

const EV = { misc: 4, relative: 2 } as const
const MSC_SCAN = 4
const [REL_X, REL_Y] = [0, 1]

/** A receiver that sees what it sends itself (rc-loopback). It has no key map: scan codes are all that is told. */
export class InfraredReceiver {
  readonly programs: Attachment[] = []
  readonly #kernel: KernelCore
  /** What programs see: one word. */
  readonly #sample: number
  #events: InputEvent[] = []
  /** What is being seen now: samples of one kind run together. */
  #current: { pulse: boolean; duration: number } | undefined
  #isIdle = true
  #lastCode = 0

  constructor(kernel: KernelCore) {
    this.#kernel = kernel
    this.#sample = kernel.memory.alloc(4)
  }

  /** Where the context of its programs stands. */
  get contextAddress(): number {
    return this.#sample
  }

  /** Light and darkness in turn, in microseconds, and darkness at the end. */
  see(durations: readonly number[]): void {
    durations.forEach((duration, index) => {
      const pulse = index % 2 === 0
      if (pulse && duration > OVERFLOW) this.#overflow()
      else this.#take(pulse, duration)
    })
    this.#take(false, TIMEOUT)
  }

  /** A key is held down, or pressed again. */
  keyDown(scancode: bigint): void {
    this.#lastCode = Number(scancode & 0xffff_ffffn)
    if (scancode <= 0xffff_ffffn) this.#report(EV.misc, MSC_SCAN, this.#lastCode)
  }

  /** The key of the last code is still held. */
  repeat(): void {
    this.#report(EV.misc, MSC_SCAN, this.#lastCode)
  }

  /** A pointer has moved; not moving is no event. */
  move(x: number, y: number): void {
    if (x !== 0) this.#report(EV.relative, REL_X, x)
    if (y !== 0) this.#report(EV.relative, REL_Y, y)
  }

  /** What its input device has told since the last time. */
  takeEvents(): readonly InputEvent[] {
    return this.#events.splice(0)
  }

  /** Nobody listens any more. */
  forget(): void {
    this.#events = []
  }

  #report(type: number, code: number, value: number): void {
    this.#events.push({ type, code, value: value | 0 })
  }

  #take(pulse: boolean, duration: number): void {
    if (this.#isIdle && !pulse) return
    this.#isIdle = false
    if (this.#current?.pulse !== pulse) this.#flush()
    const seen = { pulse, duration: (this.#current?.duration ?? 0) + duration }
    this.#current = seen
    if (pulse || seen.duration < TIMEOUT) return
    this.#current = undefined
    this.#isIdle = true
    this.#run(SAMPLE.timeout, seen.duration)
  }

  #flush(): void {
    if (this.#current) this.#run(this.#current.pulse ? SAMPLE.pulse : SAMPLE.space, this.#current.duration)
    this.#current = undefined
  }

  #overflow(): void {
    this.#run(SAMPLE.overflow, MOST_MICROSECONDS)
    this.#isIdle = true
  }

  #run(kind: number, duration: number): void {
    const { memory } = this.#kernel
    const word = (kind | (duration & MOST_MICROSECONDS)) >>> 0
    for (const attachment of [...this.programs]) {
      memory.view.setUint32(this.#sample, word, true)
      this.#kernel.run(attachment, this.#sample, { traceFlags: TRACE_FLAGS })
    }
  }
}
