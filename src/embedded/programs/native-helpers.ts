import type { NativeArgument, NativeCall, NativeCalls } from "../../engine/index.ts"
import type { HelperKernel } from "../helpers/index.ts"
import { type MapStorage, nativeMaps } from "../maps/index.ts"
import { KERNEL_START, RUNNING_CPU } from "../memory/shared-words.ts"

/** Helpers of the hot maps, and those that need no more than a number, by number. */
const [LOOKUP, UPDATE, DELETE] = [1, 2, 3]
const [RANDOM, CPU] = [7, 8]
const [RING_OUTPUT, RING_RESERVE, RING_SUBMIT, RING_DISCARD] = [130, 131, 132, 133]

/** The kernel's maps as compiled programs reach them. */
export class NativeHelpers implements NativeCalls {
  readonly start = KERNEL_START
  readonly #kernel: HelperKernel

  readonly #random: () => number
  readonly #cpu: () => number

  constructor(kernel: HelperKernel) {
    this.#kernel = kernel
    this.#random = () => kernel.random()
    this.#cpu = () => kernel.cpu()
  }

  find(helper: number, address: number | undefined, slot: number): NativeCall | undefined {
    if (helper === RANDOM) return { kind: "function", function: this.#random, args: [], result: "unsigned" }
    if (helper === CPU) return { kind: "function", function: this.#cpu, args: [], result: "unsigned" }
    if (helper === RING_SUBMIT || helper === RING_DISCARD) return this.#commitCall(helper, slot)
    const map = address === undefined ? undefined : this.#kernel.mapAt(address)
    const { native } = map ?? {}
    if (!map || !native) return undefined
    switch (native.kind) {
      case "array": {
        const { base, entries, stride, cpuStride } = native
        if (helper !== LOOKUP) return undefined
        const cpu = { address: RUNNING_CPU, stride: cpuStride }
        return { kind: "element", base, entries, stride, ...(cpuStride > 0 && { cpu }) }
      }
      case "hash":
        return hashCall(helper, map, native, this.#kernel.since("6.4") ? "signed" : "unsigned")
      case "ring":
        return this.#ringCall(helper, native.header, slot)
    }
  }

  /** A query's answer has 64 bits: the ordinary way. */
  #ringCall(helper: number, header: number, slot: number): NativeCall | undefined {
    const { reserveRecord, outputRecord } = nativeMaps(this.#kernel.memory).functions
    const ring: NativeArgument = { kind: "constant", value: header }
    const number = (register: 2 | 3 | 4): NativeArgument => ({ kind: "number", register })
    if (helper === RING_RESERVE)
      return {
        kind: "function",
        function: reserveRecord,
        args: [ring, number(2), number(3)],
        result: "unsigned",
      }
    if (helper !== RING_OUTPUT) return undefined
    // How many bytes there must be behind the first one says a register.
    const from: NativeArgument = { kind: "pointer", register: 2, bytes: 1 }
    const args = [ring, from, number(3), number(4), { kind: "constant", value: slot } as const]
    return { kind: "function", function: outputRecord, args, result: "signed" }
  }

  /** A record knows its ring. */
  #commitCall(helper: number, slot: number): NativeCall {
    const { submitRecord, discardRecord } = nativeMaps(this.#kernel.memory).functions
    return {
      kind: "function",
      function: helper === RING_SUBMIT ? submitRecord : discardRecord,
      args: [
        { kind: "number", register: 1 },
        { kind: "constant", value: slot },
      ],
      result: "signed",
    }
  }
}

type Native<K extends string> = Extract<NonNullable<MapStorage["native"]>, { kind: K }>

function hashCall(
  helper: number,
  { attributes }: MapStorage,
  { header, lookup, update, remove }: Native<"hash">,
  result: "signed" | "unsigned",
): NativeCall | undefined {
  const map: NativeArgument = { kind: "constant", value: header }
  const key: NativeArgument = { kind: "pointer", register: 2, bytes: attributes.keySize }
  const value: NativeArgument = { kind: "pointer", register: 3, bytes: attributes.valueSize }
  const flags: NativeArgument = { kind: "number", register: 4 }
  switch (helper) {
    case LOOKUP:
      return { kind: "function", function: lookup, args: [map, key], result: "unsigned" }
    case UPDATE:
      return update && { kind: "function", function: update, args: [map, key, value, flags], result }
    case DELETE:
      return remove && { kind: "function", function: remove, args: [map, key], result }
    default:
      return undefined
  }
}
