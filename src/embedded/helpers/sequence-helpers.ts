import { encodeUtf8, errnoNumber } from "../../base/index.ts"
import type { Sequence } from "../iterators/index.ts"
import { ArgumentRefusal, hex, memoryArgument } from "./argument.ts"
import { formatText } from "./format.ts"
import type { HelperKernel, HelperTable } from "./helper.ts"
import { arrayAt, formatAt, typedText } from "./print-helpers.ts"

function sequenceArgument(kernel: HelperKernel, address: bigint): Sequence {
  const sequence = kernel.sequenceAt(Number(address))
  if (!sequence) throw new ArgumentRefusal(`the argument ${hex(address)} is no sequence that is being read`)
  return sequence
}

function append(kernel: HelperKernel, address: bigint, bytes: Uint8Array): number {
  return sequenceArgument(kernel, address).write(bytes) ? 0 : -errnoNumber("EOVERFLOW")
}

/** What iterators' programs write for whoever reads them. */
export const SEQUENCE_HELPERS: HelperTable = {
  bpf_seq_printf: (kernel, [sequence, format, size, data, length]) => {
    const text = formatText(kernel, formatAt(kernel, format, size), arrayAt(kernel, data, length))
    return typeof text === "number" ? text : append(kernel, sequence, encodeUtf8(text))
  },

  bpf_seq_write: (kernel, [sequence, data, length]) => {
    const at = memoryArgument(kernel, data, length)
    return append(kernel, sequence, kernel.memory.read(at, Number(length)))
  },

  bpf_seq_printf_btf: (kernel, [sequence, pointer, size, flags]) => {
    const text = typedText(kernel, pointer, size, flags)
    return typeof text === "number" ? text : append(kernel, sequence, encodeUtf8(text))
  },
}
