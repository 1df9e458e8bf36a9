import { SkepError } from "../../base/index.ts"
import type { Capability } from "../../catalog/index.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import type { Native } from "../ffi/native.ts"
import { Scratch } from "../ffi/scratch.ts"
import { type SystemCall, systemCallNumber } from "../ffi/system-calls.ts"
import { CAPABILITY_BITS, type Machine } from "../machine/machine.ts"

/** _LINUX_CAPABILITY_VERSION_3: 64 bits, in two structures of three words. */
const VERSION = 0x2008_0522
const [HEADER_BYTES, DATA_BYTES, WORDS_A_HALF] = [8, 24, 3]

/** Throws SkepError (EPERM) when this process lacks what a full probe needs: the answers would be about it, not the kernel. */
export function requireCapabilities(machine: Machine): void {
  const wanted: readonly Capability[] = machine.since("5.8")
    ? ["CAP_SYS_ADMIN", "CAP_BPF", "CAP_NET_ADMIN", "CAP_PERFMON"]
    : ["CAP_SYS_ADMIN"]
  const held = machine.capabilities()
  const missing = wanted.filter(capability => !held.has(capability))
  if (missing.length === 0) return
  throw new SkepError(`missing ${missing.join(", ")}, required for full feature probing (EPERM)`, {
    errno: "EPERM",
    hint: "run as root, or say unprivileged",
  })
}

/**
 * Acts without the capabilities that BPF asks for, and takes them back. They are the thread's: whatever acts must stay on it,
 * as `Native.syscall` and node's *Sync functions do.
 */
export function withoutCapabilities<T>(native: Native, act: () => T): T {
  using scratch = new Scratch(native)
  const header = scratch.allocate(HEADER_BYTES)
  new DataView(header.bytes.buffer, header.bytes.byteOffset).setUint32(0, VERSION, true)
  const data = scratch.allocate(DATA_BYTES)
  const call = (name: SystemCall): void => {
    const result = native.syscall(systemCallNumber(name), header.address, data.address)
    if (result < 0) throw new LinuxCallError(name, -result)
  }
  call("capget")
  const before = data.bytes.slice()
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset)
  for (const bit of Object.values(CAPABILITY_BITS)) {
    const word = (bit >>> 5) * WORDS_A_HALF * 4
    view.setUint32(word, view.getUint32(word, true) & ~(1 << (bit & 31)), true)
  }
  call("capset")
  try {
    return act()
  } finally {
    data.bytes.set(before)
    call("capset")
  }
}
