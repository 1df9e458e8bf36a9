import { errnoNumber } from "../../base/index.ts"
import { KERNEL_START, type KernelMemory } from "../memory/index.ts"
import { memoryArgument } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"

const EFAULT = -errnoNumber("EFAULT")
const ERANGE = -errnoNumber("ERANGE")
/** Where the upper, kernel half of 64-bit addresses begins (with five-level page tables). */
const CANONICAL_KERNEL = 0xff00_0000_0000_0000n
/** What strncpy_from_user copies at a time, where so much room is left. */
const WORD = 8

/** Which half of memory a helper may read; "either" decides by the address. */
type Side = "user" | "kernel" | "either"

/** 0 when [address, address + size) may be read from that side, else what the helper answers. */
export function refusal(memory: KernelMemory, side: Side, address: bigint, size: number): number {
  const isLow = address < BigInt(KERNEL_START)
  if (side === "user" || (side === "either" && isLow))
    return isLow && memory.isUser(Number(address), size) ? 0 : EFAULT
  // Linux tells kernel addresses where nothing is from those that cannot be any.
  if (isLow || (address >= 1n << 47n && address < CANONICAL_KERNEL)) return ERANGE
  return address < 1n << 47n && memory.isKernel(Number(address), size) ? 0 : EFAULT
}

/** Copies bytes or, where the source cannot be read, zeroes the destination (kernel/trace/bpf_trace.c). */
function probeRead(side: Side): HelperFunction {
  return (kernel, [destination, size, source]) => {
    const { memory } = kernel
    const [to, length] = [memoryArgument(kernel, destination, size), Number(size)]
    if (length === 0) return 0
    const refused = refusal(memory, side, source, length)
    if (refused === 0) memory.bytes.copyWithin(to, Number(source), Number(source) + length)
    else memory.bytes.fill(0, to, to + length)
    return refused
  }
}

/** Copies a string with its NUL, cut to `size` with a NUL at the end. The answer is its length with the NUL. */
function probeReadString(side: Side): HelperFunction {
  return (kernel, [destination, size, source]) => {
    const { memory } = kernel
    const [to, limit] = [memoryArgument(kernel, destination, size), Number(size)]
    if (limit === 0) return 0
    const text = readString(memory, side, source, limit - 1)
    if (typeof text === "number") {
      memory.bytes.fill(0, to, to + limit)
      return text
    }
    memory.write(to, text)
    const isUser = side === "user" || (side === "either" && source < BigInt(KERNEL_START))
    memory.bytes.fill(
      0,
      to + text.length,
      to + (isUser ? userStringEnd(text.length, limit) : text.length + 1),
    )
    return text.length + 1
  }
}

/** User strings are copied in words; what of the last one stands behind the NUL comes out as zeros. */
function userStringEnd(length: number, limit: number): number {
  const wordStart = length - (length % WORD)
  return limit - wordStart >= WORD ? wordStart + WORD : length + 1
}

/** The bytes of a string up to its NUL, at most `limit`; −errno when it runs into memory that cannot be read. */
export function readString(
  memory: KernelMemory,
  side: Side,
  source: bigint,
  limit: number,
): Uint8Array | number {
  const refused = refusal(memory, side, source, 1)
  if (refused !== 0) return refused
  const text = memory.readCString(Number(source), limit)
  // A NUL ends the string inside of what was read; without one the limit did.
  const length = Math.max(text.length < limit ? text.length + 1 : limit, 1)
  return refusal(memory, side, source, length) || text
}

/** Copies from user space; sleeps in Linux to bring pages in. Zeroes the destination where it cannot. */
const copyFromUser: HelperFunction = probeRead("user")

/** Copies from the user memory of any task: the model keeps all of it in one space. All or nothing. */
const copyFromUserTask: HelperFunction = (kernel, [destination, size, source, task, flags]) => {
  const { memory } = kernel
  const [to, length] = [memoryArgument(kernel, destination, size), Number(size)]
  if (flags !== 0n) return -errnoNumber("EINVAL")
  if (length === 0) return 0
  memoryArgument(kernel, task, 8n)
  const refused = refusal(memory, "user", source, length)
  if (refused === 0) memory.bytes.copyWithin(to, Number(source), Number(source) + length)
  else memory.bytes.fill(0, to, to + length)
  return refused
}

/** Writes to the current task's user memory. */
const probeWriteUser: HelperFunction = (kernel, [destination, source, size]) => {
  const { memory } = kernel
  const [from, length] = [memoryArgument(kernel, source, size), Number(size)]
  if (refusal(memory, "user", destination, length) !== 0) return -errnoNumber("EPERM")
  memory.bytes.copyWithin(Number(destination), from, from + length)
  return 0
}

/** Helpers that read memory the program itself may not touch. */
export const MEMORY_HELPERS: HelperTable = {
  bpf_probe_read: probeRead("either"),
  bpf_probe_read_str: probeReadString("either"),
  bpf_probe_read_user: probeRead("user"),
  bpf_probe_read_kernel: probeRead("kernel"),
  bpf_probe_read_user_str: probeReadString("user"),
  bpf_probe_read_kernel_str: probeReadString("kernel"),
  bpf_copy_from_user: copyFromUser,
  bpf_copy_from_user_task: copyFromUserTask,
  bpf_probe_write_user: probeWriteUser,
}
