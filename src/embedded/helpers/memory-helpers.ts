import { errnoNumber } from "../../base/index.ts"
import type { KernelMemory } from "../memory/index.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"

const EFAULT = -errnoNumber("EFAULT")
/** Above this no pointer of the model can lie, so converting to a number loses nothing that matters. */
const ADDRESS_LIMIT = 1n << 48n

/** Which half of memory a helper may read. */
type Side = "user" | "kernel" | "either"

/** True when [address, address + size) may be read from that side. */
function readable(memory: KernelMemory, side: Side, address: bigint, size: number): boolean {
  if (address >= ADDRESS_LIMIT) return false
  const at = Number(address)
  const user = side !== "kernel" && memory.isUser(at, size)
  return user || (side !== "user" && memory.isKernel(at, size))
}

/** Copies bytes or, where the source cannot be read, zeroes the destination (kernel/trace/bpf_trace.c). */
function probeRead(side: Side): HelperFunction {
  return ({ memory }, [destination, size, source]) => {
    const [to, length] = [Number(destination), Number(size)]
    if (length === 0) return 0
    if (!readable(memory, side, source, length)) {
      memory.bytes.fill(0, to, to + length)
      return EFAULT
    }
    memory.bytes.copyWithin(to, Number(source), Number(source) + length)
    return 0
  }
}

/** Copies a string with its NUL, cut to `size` with a NUL at the end. The answer is its length with the NUL. */
function probeReadString(side: Side): HelperFunction {
  return ({ memory }, [destination, size, source]) => {
    const [to, limit] = [Number(destination), Number(size)]
    if (limit === 0) return 0
    const text = readString(memory, side, source, limit - 1)
    if (!text) {
      memory.bytes.fill(0, to, to + limit)
      return EFAULT
    }
    memory.write(to, text)
    memory.bytes[to + text.length] = 0
    return text.length + 1
  }
}

/** The bytes of a string up to its NUL, at most `limit`; undefined when it runs into memory that cannot be read. */
export function readString(
  memory: KernelMemory,
  side: Side,
  source: bigint,
  limit: number,
): Uint8Array | undefined {
  if (!readable(memory, side, source, 1)) return undefined
  const text = memory.readCString(Number(source), limit)
  return readable(memory, side, source, Math.max(text.length, 1)) ? text : undefined
}

/** Copies from user space; sleeps in Linux to bring pages in. Zeroes the destination where it cannot. */
const copyFromUser: HelperFunction = ({ memory }, [destination, size, source]) => {
  const [to, length] = [Number(destination), Number(size)]
  if (readable(memory, "user", source, length)) {
    memory.bytes.copyWithin(to, Number(source), Number(source) + length)
    return 0
  }
  memory.bytes.fill(0, to, to + length)
  return EFAULT
}

/** Writes to the current task's user memory. */
const probeWriteUser: HelperFunction = ({ memory }: HelperKernel, [destination, source, size]) => {
  const length = Number(size)
  if (!readable(memory, "user", destination, length)) return -errnoNumber("EPERM")
  memory.bytes.copyWithin(Number(destination), Number(source), Number(source) + length)
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
  bpf_probe_write_user: probeWriteUser,
}
