import type { NativeArgument, NativeCall, NativeCalls, NativeWord } from "../../engine/index.ts"
import type { HelperKernel } from "../helpers/index.ts"
import { type MapStorage, nativeMaps } from "../maps/index.ts"
import { CURRENT_TASK, KERNEL_START, RUNNING_CPU, TIME } from "../memory/shared-words.ts"

/** Helpers of the hot maps. */
const [LOOKUP, UPDATE, DELETE] = [1, 2, 3]
/** Nanoseconds that a look at the clock takes. */
export const READING_TIME = 100

type NativeKernel = Pick<HelperKernel, "memory" | "types" | "mapAt" | "since">

/** Helpers that need no more than a number of the kernel, by number. */
const SIMPLE: Readonly<Record<number, (kernel: NativeKernel) => NativeCall>> = {
  // bpf_ktime_get_ns and bpf_ktime_get_boot_ns
  5: () => ({ ...word(TIME), step: READING_TIME }),
  125: () => ({ ...word(TIME), step: READING_TIME }),
  // bpf_get_prandom_u32
  7: ({ memory }) => ({
    kind: "function",
    function: nativeMaps(memory).functions.random,
    args: [],
    result: "unsigned",
  }),
  // bpf_get_smp_processor_id
  8: () => ({ ...word(RUNNING_CPU), size: 4 }),
  // bpf_get_current_pid_tgid: pid and tgid are neighbours
  14: ({ types }) => word(CURRENT_TASK, types.layout("task_struct").field("pid").offset),
  // bpf_get_current_uid_gid: so are uid and gid
  15: ({ types }) =>
    word(
      CURRENT_TASK,
      types.layout("task_struct").field("cred").offset,
      types.layout("cred").field("uid").offset,
    ),
  // bpf_get_current_task and bpf_get_current_task_btf
  35: () => word(CURRENT_TASK),
  158: () => word(CURRENT_TASK),
}

function word(address: number, ...offsets: readonly number[]): NativeWord {
  return { kind: "word", address, offsets, size: 8 }
}

/** What compiled programs do of the kernel's helpers without asking it. */
export class NativeHelpers implements NativeCalls {
  readonly start = KERNEL_START
  readonly #kernel: NativeKernel

  constructor(kernel: NativeKernel) {
    this.#kernel = kernel
  }

  find(helper: number, address: number | undefined): NativeCall | undefined {
    const simple = SIMPLE[helper]
    if (simple) return simple(this.#kernel)
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
