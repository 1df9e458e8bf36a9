import type { NativeArgument, NativeCall, NativeCalls } from "../../engine/index.ts"
import type { HelperKernel } from "../helpers/index.ts"
import type { MapStorage } from "../maps/index.ts"
import { KERNEL_START, RUNNING_CPU } from "../memory/shared-words.ts"

/** Helpers of the hot maps, and those that need no more than a number, by number. */
const [LOOKUP, UPDATE, DELETE] = [1, 2, 3]
const [RANDOM, CPU] = [7, 8]

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

  find(helper: number, address: number | undefined): NativeCall | undefined {
    if (helper === RANDOM) return { kind: "function", function: this.#random, args: [], result: "unsigned" }
    if (helper === CPU) return { kind: "function", function: this.#cpu, args: [], result: "unsigned" }
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
        // Reserving takes flags too, and output a pointer to as many bytes as a register says: the ordinary way.
        return undefined
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
