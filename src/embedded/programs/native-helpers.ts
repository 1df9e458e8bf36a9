import type { NativeArgument, NativeCall, NativeCalls, NativeWord } from "../../engine/index.ts"
import type { HelperKernel } from "../helpers/index.ts"
import { type MapStorage, nativeMaps } from "../maps/index.ts"
import { CURRENT_TASK, KERNEL_START, RUNNING_CPU, TIME } from "../memory/shared-words.ts"

/** Helpers of the hot maps. */
const [LOOKUP, UPDATE, DELETE] = [1, 2, 3]
const [RING_OUTPUT, RING_RESERVE, RING_SUBMIT, RING_DISCARD] = [130, 131, 132, 133]
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

  find(helper: number, address: number | undefined, slot: number): NativeCall | undefined {
    const simple = SIMPLE[helper]
    if (simple) return simple(this.#kernel)
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
        return hashCall(helper, map, native, this.#kernel)
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
  kernel: NativeKernel,
): NativeCall | undefined {
  const { leaves } = nativeMaps(kernel.memory)
  const result = kernel.since("6.4") ? "signed" : "unsigned"
  const map: NativeArgument = { kind: "constant", value: header }
  const key: NativeArgument = { kind: "pointer", register: 2, bytes: attributes.keySize }
  const value: NativeArgument = { kind: "pointer", register: 3, bytes: attributes.valueSize }
  const flags: NativeArgument = { kind: "number", register: 4 }
  switch (helper) {
    case LOOKUP:
      return {
        kind: "function",
        function: lookup,
        args: [map, key],
        result: "unsigned",
        pointsTo: attributes.valueSize,
        leaf: leaves.get(lookup),
      }
    case UPDATE:
      return update && { kind: "function", function: update, args: [map, key, value, flags], result }
    case DELETE:
      return remove && { kind: "function", function: remove, args: [map, key], result }
    default:
      return undefined
  }
}
