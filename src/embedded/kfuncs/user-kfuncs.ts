import { errnoNumber } from "../../base/index.ts"
import { memoryArgument, word } from "../helpers/argument.ts"
import type { HelperFunction, HelperTable } from "../helpers/helper.ts"
import { readString } from "../helpers/memory-helpers.ts"
import { int } from "./result.ts"

/** BPF_F_PAD_ZEROS. */
const PAD_ZEROS = 1n

/** Copies a string out of user memory, cut to `size` with a NUL at the end: its length with the NUL, or −errno. */
const copyString: HelperFunction = (kernel, [destination, size, source, flags]) => {
  const { memory } = kernel
  const length = word(size)
  const to = memoryArgument(kernel, destination, BigInt(length))
  if ((flags & ~PAD_ZEROS) !== 0n) return int(-errnoNumber("EINVAL"))
  if (length === 0) return 0
  const text = readString(memory, "user", source, length - 1)
  const isPadded = flags === PAD_ZEROS
  if (typeof text === "number") {
    if (isPadded) memory.bytes.fill(0, to, to + length)
    return int(text)
  }
  memory.write(to, text)
  memory.bytes.fill(0, to + text.length, isPadded ? to + length : to + text.length + 1)
  return int(text.length + 1)
}

/** What reads the current task's own memory. */
export const USER_KFUNCS: HelperTable = { bpf_copy_from_user_str: copyString }
