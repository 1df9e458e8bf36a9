import { FRAME_POINTER } from "../../isa/index.ts"
import { FRAME_BYTES } from "../machine.ts"
import type { NativeArgument, NativeCall, NativeCalls } from "../native-calls.ts"
import type { Block, Step } from "./flow/blocks.ts"
import { writeOf } from "./flow/registers.ts"

/** A helper call that need not go the ordinary way. */
export interface FoundCall {
  readonly call: NativeCall
  /** Pointers that are not known to be good. */
  readonly unchecked: readonly NativePointer[]
}

type NativePointer = Extract<NativeArgument, { readonly kind: "pointer" }>

const INDEX: NativePointer = { kind: "pointer", register: 2, bytes: 4 }

/** Finds those in a function. Maps and places in the frame are known when their address was made before, in the same block. */
export function nativeCallsIn(blocks: readonly Block[], natives: NativeCalls): Map<Step, FoundCall> {
  const found = new Map<Step, FoundCall>()
  for (const { steps } of blocks) {
    const known = new Map<number, Known>()
    for (const step of steps) {
      const { operation } = step
      if (operation.kind === "call" && operation.callee.kind === "helper") {
        const r1 = known.get(1)
        const map = r1?.kind === "constant" ? r1.value : undefined
        const call = natives.find(operation.callee.id, map, step.slot)
        if (call) found.set(step, withPointers(call, known))
      }
      const register = writeOf(step)
      if (register === undefined) continue
      const value = knownOf(step, known)
      if (value === undefined) known.delete(register)
      else known.set(register, value)
    }
  }
  return found
}

function withPointers(call: NativeCall, known: ReadonlyMap<number, Known>): FoundCall {
  const isGood = ({ register, bytes }: NativePointer): boolean => {
    const value = known.get(register)
    return value?.kind === "frame" && value.offset >= -FRAME_BYTES && value.offset + bytes <= 0
  }
  return { call, unchecked: pointersOf(call).filter(pointer => !isGood(pointer)) }
}

/** How much memory the address is of that a call gives, if it gives one. */
export function pointsTo(call: NativeCall | undefined): number | undefined {
  if (call?.kind === "element") return call.stride
  return call?.kind === "function" ? call.pointsTo : undefined
}

function pointersOf(call: NativeCall): readonly NativePointer[] {
  if (call.kind === "word") return []
  return call.kind === "element" ? [INDEX] : call.args.filter(arg => arg.kind === "pointer")
}

/** What a register holds: a number, or an address so far from the function's r10. */
type Known =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "frame"; readonly offset: number }

function knownOf({ operation }: Step, known: ReadonlyMap<number, Known>): Known | undefined {
  if (operation.kind === "load64" && operation.value.kind === "immediate")
    return { kind: "constant", value: Number(operation.value.value) }
  if (operation.kind === "move") {
    const { source, width, signExtendFrom } = operation
    if (width === 32 || signExtendFrom !== undefined || source.kind === "immediate") return undefined
    return source.register === FRAME_POINTER ? { kind: "frame", offset: 0 } : known.get(source.register)
  }
  if (operation.kind !== "alu" || operation.operator !== "add" || operation.width === 32) return undefined
  const before = known.get(operation.dst)
  if (before?.kind !== "frame" || operation.source.kind === "register") return undefined
  return { kind: "frame", offset: before.offset + operation.source.value }
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
    for (const { call } of nativeCallsIn(blocks, this.calls).values()) {
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
