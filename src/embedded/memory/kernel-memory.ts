import { LoadError } from "../../base/index.ts"
import { BlockAllocator } from "./block-allocator.ts"
import {
  CURRENT_TASK,
  KERNEL_START,
  RANDOM_STATE,
  RECORD_ORDER,
  RUNNING_CPU,
  SHARED_WORDS_BYTES,
  TIME,
} from "./shared-words.ts"

export { KERNEL_START }

const PAGE = 65536
/** User memory is mapped in pages of 4 KiB. */
const USER_PAGE_BITS = 12

/** Nothing lives below: loads there give zero (as faulting BTF-pointer loads do in Linux), stores fault. */
export const NULL_GUARD_END = PAGE
/** What the machine has, unless told otherwise. The host gives real memory only to what is written. */
const DEFAULT_BYTES = 512 * 1024 * 1024
/** User memory, and some for the kernel. */
const LEAST_BYTES = KERNEL_START + 1024 * 1024

export interface KernelMemoryOptions {
  /** Rounded up to 64 KiB. It never grows: programs are compiled for it. */
  readonly bytes?: number
}

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
  readonly bytes: Uint8Array
  /** For little-endian reads and writes anywhere. */
  readonly view: DataView

  constructor(options: KernelMemoryOptions = {}) {
    const { bytes = DEFAULT_BYTES } = options
    if (!(bytes >= LEAST_BYTES))
      throw new LoadError(
        `embedded kernel: a machine has ${LEAST_BYTES} bytes of memory at least, not ${bytes}`,
        {
          errno: "EINVAL",
          hint: `${KERNEL_START} of them are for user space`,
        },
      )
    const pages = Math.ceil(bytes / PAGE)
    this.memory = newMemory(pages)
    this.bytes = new Uint8Array(this.memory.buffer)
    this.view = new DataView(this.memory.buffer)
    this.user = new BlockAllocator("user memory", NULL_GUARD_END, KERNEL_START)
    this.kernel = new BlockAllocator("kernel memory", KERNEL_START, pages * PAGE)
    this.kernel.alloc(SHARED_WORDS_BYTES)
  }

  /** The CPU whose values programs see in per-CPU maps. */
  get runningCpu(): number {
    return this.view.getUint32(RUNNING_CPU, true)
  }

  set runningCpu(cpu: number) {
    this.view.setUint32(RUNNING_CPU, cpu, true)
  }

  /** Nanoseconds since boot. */
  get time(): bigint {
    return this.view.getBigUint64(TIME, true)
  }

  set time(time: bigint) {
    this.view.setBigUint64(TIME, time, true)
  }

  /** The address of the running task's task_struct. */
  set currentTask(address: number) {
    this.view.setBigUint64(CURRENT_TASK, BigInt(address), true)
  }

  /** Where the sequence of random numbers stands. */
  set randomState(state: number) {
    this.view.setUint32(RANDOM_STATE, state, true)
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

  get size(): number {
    return this.memory.buffer.byteLength
  }

  /** Zeroed kernel memory, like kzalloc. `size` in bytes; aligned to 16. */
  alloc(size: number): number {
    return this.#take(this.kernel, size)
  }

  /** As `alloc`, for much of which little may be used: the host gives no real memory for it yet. */
  reserve(size: number): number {
    const { unused } = this.kernel
    const address = this.kernel.alloc(size)
    if (address < unused) this.bytes.fill(0, address, address + size)
    return address
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
    this.bytes.fill(0, address, address + size)
    return address
  }
}

function newMemory(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages })
  } catch (cause) {
    throw new LoadError(`embedded kernel: the host does not give ${pages * PAGE} bytes of memory`, {
      errno: "ENOMEM",
      hint: "boot it with less: bootKernel({ memoryBytes })",
      cause,
    })
  }
}
