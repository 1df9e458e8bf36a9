import { constants } from "node:fs"
import type { DeviceNumber } from "../../kernel/index.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import type { Native } from "../ffi/native.ts"
import { Scratch } from "../ffi/scratch.ts"
import { systemCallNumber } from "../ffi/system-calls.ts"

const AT_FDCWD = -100
const FOR_ITS_OWNER = 0o600

/** mknodat(2), which Node has not. Throws LinuxCallError. */
export function makeDevice(native: Native, path: string, { kind, major, minor }: DeviceNumber): void {
  using scratch = new Scratch(native)
  const mode = (kind === "char" ? constants.S_IFCHR : constants.S_IFBLK) | FOR_ITS_OWNER
  const device = (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)
  const result = native.syscall(systemCallNumber("mknodat"), AT_FDCWD, scratch.text(path), mode, device)
  if (result < 0) throw new LinuxCallError("mknodat", -result)
}
