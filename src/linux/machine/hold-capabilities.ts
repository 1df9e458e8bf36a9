import { CAPABILITY_NUMBERS, type Capability } from "../../catalog/index.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import type { Native } from "../ffi/native.ts"
import { Scratch } from "../ffi/scratch.ts"
import { type SystemCall, systemCallNumber } from "../ffi/system-calls.ts"

/** _LINUX_CAPABILITY_VERSION_3: 64 bits, in two structures of three words. */
const VERSION = 0x2008_0522
const [HEADER_BYTES, DATA_BYTES, WORDS_A_HALF] = [8, 24, 3]

/**
 * Gives up all but `held` of the capabilities that BPF asks for, as far as they are effective; the answer takes them back.
 * They are the thread's: what acts without them must stay on it, as `Native.syscall` and node's *Sync functions do. Throws
 * LinuxCallError (EPERM) for capabilities that this process may not have.
 */
export function holdCapabilities(native: Native, held: readonly Capability[]): () => void {
  const before = capabilityData(native, "capget", new Uint8Array(DATA_BYTES))
  const wanted = before.slice()
  const view = new DataView(wanted.buffer)
  for (const [name, bit] of Object.entries(CAPABILITY_NUMBERS)) {
    const word = (bit >>> 5) * WORDS_A_HALF * 4
    const mask = 1 << (bit & 31)
    const others = view.getUint32(word, true) & ~mask
    view.setUint32(word, held.includes(name as Capability) ? others | mask : others, true)
  }
  capabilityData(native, "capset", wanted)
  return () => void capabilityData(native, "capset", before)
}

/** Reads or writes `struct __user_cap_data_struct` of this thread. */
function capabilityData(native: Native, call: SystemCall, data: Uint8Array): Uint8Array<ArrayBuffer> {
  using scratch = new Scratch(native)
  const header = scratch.allocate(HEADER_BYTES)
  new DataView(header.bytes.buffer, header.bytes.byteOffset).setUint32(0, VERSION, true)
  const block = scratch.allocate(DATA_BYTES)
  block.bytes.set(data)
  const result = native.syscall(systemCallNumber(call), header.address, block.address)
  if (result < 0) throw new LinuxCallError(call, -result)
  return block.bytes.slice()
}
