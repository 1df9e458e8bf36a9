import { LinuxCallError } from "../ffi/call-error.ts"
import type { Native } from "../ffi/native.ts"
import { Scratch } from "../ffi/scratch.ts"
import { systemCallNumber } from "../ffi/system-calls.ts"

const AT_FDCWD = -100

/** unlinkat(2), where Node calls unlink(2). Throws LinuxCallError. */
export function unlinkat(native: Native, path: string): void {
  using scratch = new Scratch(native)
  const result = native.syscall(systemCallNumber("unlinkat"), AT_FDCWD, scratch.text(path), 0)
  if (result < 0) throw new LinuxCallError("unlinkat", -result)
}
