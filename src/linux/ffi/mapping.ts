import { LinuxCallError } from "./call-error.ts"
import type { Native } from "./native.ts"
import { systemCallNumber } from "./system-calls.ts"

export const PROT_READ = 1
export const PROT_WRITE = 2
const MAP_SHARED = 1
const MAP_FIXED_NOREPLACE = 0x10_0000

/** Memory shared with the kernel through a descriptor. */
export class Mapping implements Disposable {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly address: bigint
  readonly #native: Native
  #isOpen = true

  /** mmap(2) of `size` bytes from `offset` on, at an address of its own or at `address`. Throws LinuxCallError. */
  constructor(native: Native, fd: number, size: number, protection: number, offset = 0, address = 0n) {
    const flags = MAP_SHARED | (address === 0n ? 0 : MAP_FIXED_NOREPLACE)
    const result = native.syscall(systemCallNumber("mmap"), address, size, protection, flags, fd, offset)
    if (result < 0 && result > -4096) throw new LinuxCallError("mmap", -result)
    this.#native = native
    this.address = BigInt(result)
    this.bytes = native.view(this.address, size)
  }

  /** After this the view must not be touched: the memory is gone. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#native.syscall(systemCallNumber("munmap"), this.address, this.bytes.length)
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
