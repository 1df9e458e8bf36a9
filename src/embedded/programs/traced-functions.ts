import type { KernelCore } from "../core.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { runWithArguments } from "../tracing/kernel-function.ts"
import { TRACE_FLAGS } from "../tracing/trace-flags.ts"
import { type KernelContext, kernelContext } from "./kernel-context.ts"

const WORD = 8
/** Where the code of programs lies, a page a program. */
const [CODE_ADDRESS, CODE_BYTES] = [0xffff_ffff_c000_0000n, 0x1000n]
const SLOT_BYTES = 8n

/** A function of a program as those see it that watch it. */
export interface TracedShape {
  /** How many arguments it has, and which of them is the context of which type of program. */
  readonly count: number
  readonly context?: { readonly index: number; readonly programType: string } | undefined
}

/** What stands on a function of a program. */
export class TracedFunction {
  readonly id: number
  readonly start: number
  readonly count: number
  readonly #context: TracedShape["context"]
  readonly #address: bigint
  readonly #fentry: Attachment[] = []
  readonly #fexit: Attachment[] = []
  /** Contexts of calls that have not returned, by where their arguments are. */
  readonly #calls = new Map<number, KernelContext>()

  constructor(id: number, program: number, start: number, { count, context }: TracedShape) {
    this.id = id
    this.start = start
    this.count = count
    this.#context = context
    this.#address = CODE_ADDRESS + BigInt(program) * CODE_BYTES + BigInt(start) * SLOT_BYTES
  }

  get isEmpty(): boolean {
    return this.#fentry.length + this.#fexit.length === 0
  }

  add(on: "entry" | "return", attachment: Attachment): () => void {
    const list = on === "entry" ? this.#fentry : this.#fexit
    list.push(attachment)
    return () => {
      list.splice(list.indexOf(attachment), 1)
    }
  }

  /** The function is called: its arguments are words at `frame`. */
  enter(core: KernelCore, frame: number): void {
    const words = this.#wordsAt(core, frame, this.count)
    if (this.#context) {
      const { index, programType } = this.#context
      this.#calls.get(frame)?.free()
      this.#calls.set(frame, kernelContext(core, programType, Number(words[index])))
    }
    this.#run(core, frame, this.#fentry, words, undefined)
  }

  /** It returns: the result is behind the arguments. */
  leave(core: KernelCore, frame: number): void {
    const words = this.#wordsAt(core, frame, this.count + 1)
    const returned = words.pop()
    this.#run(core, frame, this.#fexit, words, returned)
    this.#calls.get(frame)?.free()
    this.#calls.delete(frame)
  }

  #run(
    core: KernelCore,
    frame: number,
    list: readonly Attachment[],
    words: readonly bigint[],
    returned: bigint | undefined,
  ): void {
    if (list.length === 0) return
    const context = this.#calls.get(frame)
    const args = context && this.#context ? words.with(this.#context.index, BigInt(context.address())) : words
    // Linux puts new ones in front.
    runWithArguments(core, list.toReversed(), returned === undefined ? args : [...args, returned], {
      functionAddress: this.#address,
      traceFlags: TRACE_FLAGS.trampoline(),
      traced: { args, returned },
    })
  }

  #wordsAt({ memory }: KernelCore, at: number, count: number): bigint[] {
    return Array.from({ length: count }, (_, index) => memory.view.getBigUint64(at + index * WORD, true))
  }
}

/** Functions of programs that others watch, by the number that code tells. */
export class TracedFunctions {
  readonly #byId = new Map<number, TracedFunction>()
  #last = 0

  create(program: number, start: number, shape: TracedShape): TracedFunction {
    const made = new TracedFunction(++this.#last, program, start, shape)
    this.#byId.set(made.id, made)
    return made
  }

  remove({ id }: TracedFunction): void {
    this.#byId.delete(id)
  }

  /** A trampoline's call: twice the function's number, and one more at return. */
  tell(core: KernelCore, call: number, frame: number): void {
    const traced = this.#byId.get(call >> 1)
    if ((call & 1) === 0) traced?.enter(core, frame)
    else traced?.leave(core, frame)
  }
}
