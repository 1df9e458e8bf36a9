import { FRAME_POINTER } from "../../isa/index.ts"
import { FRAME_BYTES } from "../machine.ts"
import type {
  LeafFunction,
  NativeArgument,
  NativeCall,
  NativeCalls,
  NativeFunction,
} from "../native-calls.ts"
import { ByteWriter } from "./encode/byte-writer.ts"
import type { FunctionDefinition } from "./encode/module.ts"
import type { ValueType } from "./encode/opcodes.ts"
import type { Block, Step } from "./flow/blocks.ts"
import { writeOf } from "./flow/registers.ts"
import { FUNCTION_IMPORTS } from "./layout.ts"

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

/** The functions that a program's native calls need, each once: leaves are part of its module, others imported. */
export class NativeFunctions {
  readonly calls: NativeCalls
  readonly #imports = new Map<NativeFunction["function"], number>()
  readonly #leaves = new Map<NativeFunction["function"], FunctionDefinition>()

  constructor(calls: NativeCalls) {
    this.calls = calls
  }

  /** Those that blocks need. */
  add(blocks: readonly Block[]): void {
    for (const { call } of nativeCallsIn(blocks, this.calls).values()) {
      if (call.kind !== "function") continue
      if (call.leaf) this.#leaves.set(call.function, leafDefinition(call, call.leaf))
      else this.#imports.set(call.function, call.args.length)
    }
  }

  /** Where a function is, of a module that has its first leaf at `firstLeaf`. */
  numberOf(call: NativeFunction["function"], firstLeaf: number): number {
    const number = [...this.#imports.keys()].indexOf(call)
    return number >= 0 ? FUNCTION_IMPORTS.length + number : firstLeaf + [...this.#leaves.keys()].indexOf(call)
  }

  get leaves(): readonly FunctionDefinition[] {
    return [...this.#leaves.values()]
  }

  /** How many parameters each imported one has. */
  get parameters(): readonly number[] {
    return [...this.#imports.values()]
  }

  /** What modules import, by name. */
  get imports(): Record<string, (...args: number[]) => number> {
    return Object.fromEntries([...this.#imports.keys()].map((call, number) => [nativeName(number), call]))
  }
}

function leafDefinition({ args }: NativeFunction, { locals, code }: LeafFunction): FunctionDefinition {
  const bytes = new ByteWriter()
  bytes.bytes(code)
  return {
    type: { parameters: Array<ValueType>(args.length).fill("i32"), results: ["i32"] },
    locals,
    code: bytes,
  }
}

export function nativeName(number: number): string {
  return `native${number}`
}
