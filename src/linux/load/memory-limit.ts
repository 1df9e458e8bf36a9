import type { Native } from "../ffi/native.ts"
import { Scratch } from "../ffi/scratch.ts"
import { systemCallNumber } from "../ffi/system-calls.ts"

const RLIMIT_MEMLOCK = 8
const INFINITY = 0xffff_ffff_ffff_ffffn

/** Lifts RLIMIT_MEMLOCK, against which kernels before 5.11 count maps and programs. Where that is not allowed, loads say so. */
export function raiseMemoryLimit(native: Native): void {
  using scratch = new Scratch(native)
  const { address, bytes } = scratch.allocate(16)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  view.setBigUint64(0, INFINITY, true)
  view.setBigUint64(8, INFINITY, true)
  native.syscall(systemCallNumber("prlimit64"), 0, RLIMIT_MEMLOCK, address, 0)
}
