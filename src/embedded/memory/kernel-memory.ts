import { NotModelledError } from "../../base/index.ts"
import { BlockAllocator } from "./block-allocator.ts"
import { KERNEL_START, RECORD_ORDER, RUNNING_CPU, SHARED_WORDS_BYTES } from "./shared-words.ts"

export { KERNEL_START }

const PAGE = 65536
/** User memory is mapped in pages of 4 KiB. */
const USER_PAGE_BITS = 12

/** Nothing lives below: loads there give zero (as faulting BTF-pointer loads do in Linux), stores fault. */
export const NULL_GUARD_END = PAGE
/** Below 2 GiB − 64 KiB, so that a WASM guard can serve as the bounds check. */
const MAX_PAGES = 32766

/**
 * The one memory that programs see: user memory, kernel objects, map values, contexts and program stacks. An
 * address is a byte offset in it, so 32-bit context fields such as `xdp_md.data` hold real addresses.
 */
export class KernelMemory {
  readonly memory: WebAssembly.Memory
  readonly kernel: BlockAllocator
  readonly user: BlockAllocator
  /** Blocks on each mapped page of user memory. */
  readonly #userPages = new Map<number, number>()
  #bytes: Uint8Array
  #view: DataView

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: KERNEL_START / PAGE + 64, maximum: MAX_PAGES })
    this.#bytes = new Uint8Array(this.memory.buffer)
    this.#view = new DataView(this.memory.buffer)
    this.user = new BlockAllocator("user memory", NULL_GUARD_END, KERNEL_START)
    this.kernel = new BlockAllocator("kernel memory", KERNEL_START, MAX_PAGES * PAGE)
    this.kernel.alloc(SHARED_WORDS_BYTES)
  }

  /** The CPU whose values programs see in per-CPU maps. */
  get runningCpu(): number {
    return this.view.getUint32(RUNNING_CPU, true)
  }

  set runningCpu(cpu: number) {
    this.view.setUint32(RUNNING_CPU, cpu, true)
  }

  /** How many records the kernel's buffers have shown to their readers. */
  get recordOrder(): number {
    return Number(this.view.getBigUint64(RECORD_ORDER, true))
  }

  /** The number of one more record that a buffer shows. */
  nextOrder(): number {
    const order = this.recordOrder + 1
    this.view.setBigUint64(RECORD_ORDER, BigInt(order), true)
    return order
  }

  /** All of memory. Do not keep it: growing replaces the buffer. */
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#renew()
    return this.#bytes
  }

  /** A little-endian caller's view of all of memory. Do not keep it: growing replaces the buffer. */
  get view(): DataView {
    if (this.#bytes.length === 0) this.#renew()
    return this.#view
  }

  get size(): number {
    return this.memory.buffer.byteLength
  }

  /** Zeroed kernel memory, like kzalloc. `size` in bytes; aligned to 16. */
  alloc(size: number): number {
    return this.#take(this.kernel, size)
  }

  free(address: number): void {
    this.kernel.free(address)
  }

  /** Zeroed user memory, which programs reach through the probe_read_user helpers. */
  allocUser(size: number): number {
    const address = this.#take(this.user, size)
    this.#mapPages(address, 1)
    return address
  }

  freeUser(address: number): void {
    this.#mapPages(address, -1)
    this.user.free(address)
  }

  /** True when all of [address, address + length) is user memory that is mapped: whole pages are. */
  isUser(address: number, length: number): boolean {
    if (address < NULL_GUARD_END || length < 0 || address + length > KERNEL_START) return false
    const last = (address + Math.max(length, 1) - 1) >> USER_PAGE_BITS
    for (let page = address >> USER_PAGE_BITS; page <= last; page++)
      if (!this.#userPages.has(page)) return false
    return true
  }

  /** Counts a block in or out on the pages it lies on. */
  #mapPages(address: number, change: 1 | -1): void {
    const last = (address + this.user.sizeOf(address) - 1) >> USER_PAGE_BITS
    for (let page = address >> USER_PAGE_BITS; page <= last; page++) {
      const blocks = (this.#userPages.get(page) ?? 0) + change
      if (blocks > 0) this.#userPages.set(page, blocks)
      else this.#userPages.delete(page)
    }
  }

  /** True when all of [address, address + length) is kernel memory that exists. */
  isKernel(address: number, length: number): boolean {
    return address >= KERNEL_START && length >= 0 && address + length <= this.size
  }

  /** A copy of `length` bytes. */
  read(address: number, length: number): Uint8Array {
    return this.bytes.slice(address, address + length)
  }

  write(address: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, address)
  }

  /** The bytes up to (not including) the NUL, at most `limit` of them. */
  readCString(address: number, limit = 4096): Uint8Array {
    const end = Math.min(address + limit, this.size)
    const nul = this.bytes.subarray(address, end).indexOf(0)
    return this.read(address, nul < 0 ? end - address : nul)
  }

  #take(allocator: BlockAllocator, size: number): number {
    const address = allocator.alloc(size)
    const end = address + size
    if (end > this.size) this.#grow(end)
    this.bytes.fill(0, address, end)
    return address
  }

  #grow(end: number): void {
    // Doubling keeps the number of buffer replacements logarithmic.
    const wanted = Math.max(Math.ceil(end / PAGE), Math.min(MAX_PAGES, (this.size / PAGE) * 2))
    try {
      this.memory.grow(Math.min(wanted, MAX_PAGES) - this.size / PAGE)
    } catch (cause) {
      throw new NotModelledError(`embedded kernel: out of memory at ${end} bytes`, { errno: "ENOMEM", cause })
    }
    this.#renew()
  }

  #renew(): void {
    this.#bytes = new Uint8Array(this.memory.buffer)
    this.#view = new DataView(this.memory.buffer)
  }
}
