import type { AccessSize } from "../isa/index.ts"
import { FAULT_REASONS } from "./fault-reasons.ts"
import { UNUSED_BYTES } from "./machine.ts"

/** Why an access was refused; the engine adds the instruction. */
export class AccessRefusal {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

/**
 * Checked little-endian loads and stores in the memory there is now: what is added later does not count. Addresses are numbers: an exact one below 2^53, or any number at least
 * that large for a pointer beyond it, which no memory reaches.
 */
export class MemoryAccess {
  readonly #memory: WebAssembly.Memory
  readonly #end: number
  #view: DataView

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory
    this.#end = memory.buffer.byteLength
    this.#view = new DataView(memory.buffer)
  }

  /** Unsigned, or sign-extended to 32 bits. */
  loadNumber(address: number, size: 1 | 2 | 4, signed: boolean): number {
    if (this.#isUnused(address, size, "load")) return 0
    const view = this.#view
    switch (size) {
      case 1:
        return signed ? view.getInt8(address) : view.getUint8(address)
      case 2:
        return signed ? view.getInt16(address, true) : view.getUint16(address, true)
      case 4:
        return signed ? view.getInt32(address, true) : view.getUint32(address, true)
      default:
        return size satisfies never
    }
  }

  loadBigInt(address: number): bigint {
    return this.#isUnused(address, 8, "load") ? 0n : this.#view.getBigUint64(address, true)
  }

  /** Stores the low `size` bytes. */
  storeNumber(address: number, size: 1 | 2 | 4, value: number): void {
    this.#checkStore(address, size)
    switch (size) {
      case 1:
        this.#view.setUint8(address, value)
        break
      case 2:
        this.#view.setUint16(address, value, true)
        break
      case 4:
        this.#view.setUint32(address, value, true)
        break
      default:
        size satisfies never
    }
  }

  storeBigInt(address: number, value: bigint): void {
    this.#checkStore(address, 8)
    this.#view.setBigUint64(address, value, true)
  }

  /** True in the first 64 KiB, false where memory is; throws elsewhere. */
  #isUnused(address: number, size: AccessSize, what: string): boolean {
    // Growing a memory detaches its buffer, and the machine's own code may have grown it.
    if (this.#view.buffer !== this.#memory.buffer) this.#view = new DataView(this.#memory.buffer)
    const end = this.#end
    if (address >= UNUSED_BYTES && address + size <= end) return false
    if (address >= 0 && address < UNUSED_BYTES) return what === "store" || address + size <= UNUSED_BYTES
    throw new AccessRefusal(FAULT_REASONS.outside(what, size, end))
  }

  #checkStore(address: number, size: AccessSize): void {
    if (this.#isUnused(address, size, "store")) {
      throw new AccessRefusal(FAULT_REASONS.unused(size))
    }
  }
}
