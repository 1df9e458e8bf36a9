import { encodeUtf8, errnoNumber } from "../../base/index.ts"
import { type TypeId, VOID } from "../../btf/index.ts"
import { memoryArgument, stringArgument } from "./argument.ts"
import { formatText, hashed } from "./format.ts"
import type { HelperFunction, HelperKernel, HelperTable, Invocation } from "./helper.ts"
import { refusal } from "./memory-helpers.ts"
import { showValue } from "./show-value.ts"

/** Bytes a printed line may have (BPF_TRACE_PRINTK_SIZE). */
const MAX_LINE = 1024

/** The format without its NUL, as the program passed it with its size. */
export function formatAt(kernel: HelperKernel, address: bigint, size: bigint): Uint8Array {
  const bytes = kernel.memory.read(memoryArgument(kernel, address, size), Number(size))
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

/** 64-bit arguments from an array in memory. */
export function arrayAt(kernel: HelperKernel, address: bigint, bytes: bigint): bigint[] {
  const { view } = kernel.memory
  const at = memoryArgument(kernel, address, bytes)
  return Array.from({ length: Number(bytes) / 8 }, (_, index) => view.getBigUint64(at + index * 8, true))
}

/** The line goes to the trace pipe; the answer is its length. */
function print(
  kernel: HelperKernel,
  format: Uint8Array,
  args: readonly bigint[],
  invocation: Invocation,
): number {
  const text = formatText(kernel, format, args)
  if (typeof text === "number") return text
  const line = text.slice(0, MAX_LINE - 1)
  // A newline at its end is kept: the trace buffer ends each line itself, so that an empty one follows.
  kernel.print(line, invocation)
  return encodeUtf8(line).length
}

/** Flags of bpf_snprintf_btf: BTF_F_COMPACT, BTF_F_NONAME, BTF_F_PTR_RAW, BTF_F_ZERO. */
const [COMPACT, NAMELESS, RAW_POINTERS, ZEROS] = [1n, 2n, 4n, 8n]
const ALL_FLAGS = 15n
/** `struct btf_ptr`: a pointer, the id of its type in the kernel's BTF, flags. */
const BTF_POINTER = { size: 16n, type: 8 }

/** A value of the kernel's types as text, or a negative errno. */
export function typedText(
  kernel: HelperKernel,
  pointer: bigint,
  pointerSize: bigint,
  flags: bigint,
): string | number {
  const { memory, types } = kernel
  if (flags > ALL_FLAGS || pointerSize !== BTF_POINTER.size) return -errnoNumber("EINVAL")
  const at = memoryArgument(kernel, pointer, pointerSize)
  const id = memory.view.getUint32(at + BTF_POINTER.type, true) as TypeId
  if (id === VOID) return -errnoNumber("EINVAL")
  if (id >= types.btf.count) return -errnoNumber("ENOENT")
  const address = memory.view.getBigUint64(at, true)
  const refused = refusal(memory, "kernel", address, types.btf.sizeOf(id))
  if (refused !== 0) return refused
  return showValue({ btf: types.btf, view: memory.view, hash: hashed }, id, Number(address), {
    compact: (flags & COMPACT) !== 0n,
    nameless: (flags & NAMELESS) !== 0n,
    rawPointers: (flags & RAW_POINTERS) !== 0n,
    zeros: (flags & ZEROS) !== 0n,
  })
}

/** Writes a value of the kernel's types as text; the answer is its full length without the NUL. */
const printByType: HelperFunction = (kernel, [buffer, size, pointer, pointerSize, flags]) => {
  const text = typedText(kernel, pointer, pointerSize, flags)
  return typeof text === "number" ? text : writeText(kernel, buffer, size, encodeUtf8(text))
}

/** Puts as much of a text as there is room for, with a NUL; the answer is its length. */
function writeText(kernel: HelperKernel, buffer: bigint, size: bigint, text: Uint8Array): number {
  if (size > 0n) {
    const kept = text.subarray(0, Number(size) - 1)
    const at = memoryArgument(kernel, buffer, size)
    kernel.memory.write(at, kept)
    kernel.memory.bytes[at + kept.length] = 0
  }
  return text.length
}

/** Helpers that format text. */
export const PRINT_HELPERS: HelperTable = {
  bpf_trace_printk: (kernel, [format, size, ...args], invocation) =>
    print(kernel, formatAt(kernel, format, size), args, invocation),

  bpf_trace_vprintk: (kernel, [format, size, data, length], invocation) =>
    print(kernel, formatAt(kernel, format, size), arrayAt(kernel, data, length), invocation),

  /** Writes at most `size` bytes with a NUL; the answer is the full length with the NUL. */
  bpf_snprintf: (kernel, [buffer, size, format, data, length]) => {
    const text = formatText(kernel, stringArgument(kernel, format), arrayAt(kernel, data, length))
    if (typeof text === "number") return text
    return writeText(kernel, buffer, size, encodeUtf8(text)) + 1
  },

  bpf_snprintf_btf: printByType,
}
