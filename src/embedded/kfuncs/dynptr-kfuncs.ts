import { errnoNumber } from "../../base/index.ts"
import { clearDynptr, dynptrArgument, dynptrPlace, dynptrRange, writeDynptr } from "../dynptr/dynptr.ts"
import { word } from "../helpers/argument.ts"
import type { HelperFunction, HelperTable } from "../helpers/helper.ts"
import { int } from "./result.ts"

const EINVAL = int(-errnoNumber("EINVAL"))
const ERANGE = int(-errnoNumber("ERANGE"))

/** Memory of a program and records of a ring buffer lie in one piece: the program's own buffer is never needed. */
const slice: HelperFunction = (kernel, [dynptr, offset, _buffer, size]) => {
  const from = dynptrArgument(kernel, dynptr)
  return from.data === 0 ? 0 : dynptrRange(from, word(offset), word(size))
}

/** Kernel functions for dynptrs. */
export const DYNPTR_KFUNCS: HelperTable = {
  bpf_dynptr_adjust: (kernel, [dynptr, startWord, endWord]) => {
    const from = dynptrArgument(kernel, dynptr)
    const [start, end] = [word(startWord), word(endWord)]
    if (from.data === 0 || start > end) return EINVAL
    if (end > from.size) return ERANGE
    writeDynptr(kernel, { ...from, offset: from.offset + start, size: end - start })
    return 0
  },

  bpf_dynptr_is_null: (kernel, [dynptr]) => (dynptrArgument(kernel, dynptr).data === 0 ? 1 : 0),
  bpf_dynptr_is_rdonly: (kernel, [dynptr]) => (dynptrArgument(kernel, dynptr).readOnly ? 1 : 0),

  bpf_dynptr_size: (kernel, [dynptr]) => {
    const { data, size } = dynptrArgument(kernel, dynptr)
    return data === 0 ? EINVAL : size
  },

  bpf_dynptr_clone: (kernel, [dynptr, clone]) => {
    const from = dynptrArgument(kernel, dynptr)
    const at = dynptrPlace(kernel, clone)
    clearDynptr(kernel, at)
    if (from.data === 0) return EINVAL
    writeDynptr(kernel, { ...from, at })
    return 0
  },

  bpf_dynptr_slice: slice,
  bpf_dynptr_slice_rdwr: (kernel, args, invocation, frame) =>
    dynptrArgument(kernel, args[0]).readOnly ? 0 : slice(kernel, args, invocation, frame),
}
