import type { Step } from "../../flow/blocks.ts"
import type { FlowGraph } from "../../flow/graph.ts"
import type { FunctionContext } from "../context.ts"
import { passLows } from "./operations.ts"
import { wholeSteps } from "./whole-steps.ts"

/**
 * Locals of 32 bits beside those of 64: what an instruction of 32 bits gives is put into both, so that the next one needs
 * no conversion, which would keep compilers of WebAssembly from seeing rotations and the like. Where nothing asks for the
 * high half, as with addresses of accesses that need no check, it is not calculated at all.
 */
export class LowHalves {
  readonly #first: number
  readonly #entries: readonly (ReadonlySet<number> | undefined)[]
  readonly #context: FunctionContext
  readonly #whole: ReadonlySet<Step>
  #valid = new Set<number>()
  #step: Step | undefined

  /** `first` is the local of r0's. */
  constructor(
    graph: FlowGraph,
    context: FunctionContext,
    registers: number,
    parameters: number,
    first: number,
  ) {
    this.#first = first
    this.#context = context
    const { whole, entries } = wholeSteps(graph, context, registers, parameters)
    this.#whole = whole
    this.#entries = entries
  }

  localOf(register: number): number {
    // r10 has none.
    return this.#first + register - (register > 10 ? 1 : 0)
  }

  /** Whether its local holds the low half of the register here. */
  has(register: number): boolean {
    return this.#valid.has(register)
  }

  /** Whether the step at hand gives the low half of its result alone. */
  get isAlone(): boolean {
    return this.#step !== undefined && !this.#whole.has(this.#step)
  }

  enter(block: number): void {
    this.#valid = new Set(this.#entries[block])
  }

  start(step: Step): void {
    this.#step = step
  }

  pass(step: Step): void {
    passLows(step, this.#valid, this.#whole, this.#context)
    this.#step = undefined
  }
}
