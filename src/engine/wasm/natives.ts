import type { NativeCall, NativeCalls } from "../native-calls.ts"
import type { Block, Step } from "./flow/blocks.ts"
import { writeOf } from "./flow/registers.ts"

/** Finds helper calls that need not go the ordinary way. A map is known when its address was loaded before, in the same block. */
export function nativeCallsIn(blocks: readonly Block[], natives: NativeCalls): Map<Step, NativeCall> {
  const found = new Map<Step, NativeCall>()
  for (const { steps } of blocks) {
    const known = new Map<number, number>()
    for (const step of steps) {
      const { operation } = step
      if (operation.kind === "call" && operation.callee.kind === "helper") {
        const call = natives.find(operation.callee.id, known.get(1), step.slot)
        if (call) found.set(step, call)
      }
      const register = writeOf(step)
      if (register === undefined) continue
      const constant = constantOf(step, known)
      if (constant === undefined) known.delete(register)
      else known.set(register, constant)
    }
  }
  return found
}

function constantOf({ operation }: Step, known: ReadonlyMap<number, number>): number | undefined {
  if (operation.kind === "load64" && operation.value.kind === "immediate")
    return Number(operation.value.value)
  const isCopy = operation.kind === "move" && operation.width === 64 && operation.signExtendFrom === undefined
  return isCopy && operation.source.kind === "register" ? known.get(operation.source.register) : undefined
}

/** The functions that a program's native calls need, each once. */
export class NativeFunctions {
  readonly calls: NativeCalls
  readonly #numbers = new Map<(...args: number[]) => number, number>()
  readonly #parameters: number[] = []

  constructor(calls: NativeCalls) {
    this.calls = calls
  }

  /** Those that blocks need. */
  add(blocks: readonly Block[]): void {
    for (const call of nativeCallsIn(blocks, this.calls).values()) {
      if (call.kind !== "function" || this.#numbers.has(call.function)) continue
      this.#numbers.set(call.function, this.#parameters.push(call.args.length) - 1)
    }
  }

  readonly numberOf = (call: (...args: number[]) => number): number => this.#numbers.get(call)!

  /** How many parameters each has. */
  get parameters(): readonly number[] {
    return this.#parameters
  }

  /** What modules import, by name. */
  get imports(): Record<string, (...args: number[]) => number> {
    return Object.fromEntries([...this.#numbers].map(([call, number]) => [nativeName(number), call]))
  }
}

export function nativeName(number: number): string {
  return `native${number}`
}
