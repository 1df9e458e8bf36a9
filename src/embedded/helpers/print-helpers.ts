import { encodeUtf8 } from "../../base/index.ts"
import { memoryArgument, stringArgument } from "./argument.ts"
import { formatText } from "./format.ts"
import type { HelperKernel, HelperTable, Invocation } from "./helper.ts"

/** Bytes a printed line may have (BPF_TRACE_PRINTK_SIZE). */
const MAX_LINE = 1024

/** The format without its NUL, as the program passed it with its size. */
function formatAt(kernel: HelperKernel, address: bigint, size: bigint): Uint8Array {
  const bytes = kernel.memory.read(memoryArgument(kernel, address, size), Number(size))
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

/** 64-bit arguments from an array in memory. */
function arrayAt(kernel: HelperKernel, address: bigint, bytes: bigint): bigint[] {
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
    const bytes = encodeUtf8(text)
    if (size > 0n) {
      const kept = bytes.subarray(0, Number(size) - 1)
      const at = memoryArgument(kernel, buffer, size)
      kernel.memory.write(at, kept)
      kernel.memory.bytes[at + kept.length] = 0
    }
    return bytes.length + 1
  },
}
