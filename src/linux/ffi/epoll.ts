import { LinuxCallError } from "./call-error.ts"
import { Descriptor } from "./descriptor.ts"
import type { Native } from "./native.ts"
import { Scratch } from "./scratch.ts"
import { systemCallNumber } from "./system-calls.ts"

const EPOLLIN = 1
const [ADD, REMOVE] = [1, 2]
const CLOEXEC = 0o2000000
const NONBLOCK = 0o4000
/** `struct epoll_event` is packed on x86-64 alone. */
const EVENT_BYTES = process.arch === "x64" ? 12 : 16
const DATA_OFFSET = process.arch === "x64" ? 4 : 8
const MOST_EVENTS = 64
const EINTR = 4

/**
 * Waits for descriptors on another thread, so that the event loop goes on. The wait runs only while somebody is
 * interested: a process with nothing to wait for can end.
 */
export class Poller implements Disposable {
  readonly #native: Native
  readonly #epoll: Descriptor
  /** Written to end a wait. */
  readonly #wake: Descriptor
  readonly #listeners = new Map<number, Set<() => void>>()
  #interested = 0
  #waiting = false
  #isDisposed = false

  constructor(native: Native) {
    this.#native = native
    this.#epoll = new Descriptor(
      native,
      checked("epoll_create1", native.syscall(systemCallNumber("epoll_create1"), CLOEXEC)),
    )
    this.#wake = new Descriptor(
      native,
      checked("eventfd", native.syscall(systemCallNumber("eventfd2"), 0, CLOEXEC | NONBLOCK)),
    )
    this.#control(ADD, this.#wake.fd)
  }

  /** Calls `listener` whenever the descriptor becomes readable and somebody waits. */
  add(fd: number, listener: () => void): void {
    const listeners = this.#listeners.get(fd)
    if (listeners) {
      listeners.add(listener)
      return
    }
    this.#control(ADD, fd)
    this.#listeners.set(fd, new Set([listener]))
  }

  remove(fd: number, listener: () => void): void {
    const listeners = this.#listeners.get(fd)
    if (!listeners?.delete(listener) || listeners.size > 0) return
    this.#listeners.delete(fd)
    this.#control(REMOVE, fd)
  }

  /** From here on descriptors are watched, until the answer is called. */
  watch(): () => void {
    this.#interested += 1
    void this.#run()
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#interested -= 1
      if (this.#interested === 0) this.#endWait()
    }
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    this.#interested = 0
    this.#listeners.clear()
    if (this.#waiting) this.#endWait()
    else this.#close()
  }

  async #run(): Promise<void> {
    if (this.#waiting) return
    this.#waiting = true
    try {
      while (this.#interested > 0) for (const fd of await this.#wait()) this.#tell(fd)
    } finally {
      this.#waiting = false
      if (this.#isDisposed) this.#close()
    }
  }

  #tell(fd: number): void {
    // A listener may take itself off.
    for (const listener of [...(this.#listeners.get(fd) ?? [])]) listener()
  }

  async #wait(): Promise<number[]> {
    using scratch = new Scratch(this.#native)
    const { address, bytes } = scratch.allocate(EVENT_BYTES * MOST_EVENTS)
    const call = systemCallNumber("epoll_pwait")
    const count = await this.#native.syscallAsync(call, this.#epoll.fd, address, MOST_EVENTS, -1, 0, 8)
    if (count === -EINTR) return []
    checked("epoll_pwait", count)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const ready = Array.from({ length: count }, (_, index) =>
      view.getInt32(index * EVENT_BYTES + DATA_OFFSET, true),
    )
    if (ready.includes(this.#wake.fd)) this.#clearWake()
    return ready
  }

  #control(operation: number, fd: number): void {
    using scratch = new Scratch(this.#native)
    const { address, bytes } = scratch.allocate(EVENT_BYTES)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    view.setUint32(0, EPOLLIN, true)
    view.setInt32(DATA_OFFSET, fd, true)
    checked(
      "epoll_ctl",
      this.#native.syscall(systemCallNumber("epoll_ctl"), this.#epoll.fd, operation, fd, address),
    )
  }

  #endWait(): void {
    this.#transfer("write", 1n)
  }

  #clearWake(): void {
    this.#transfer("read", 0n)
  }

  /** Reads or writes the eventfd's counter. */
  #transfer(call: "read" | "write", value: bigint): void {
    using scratch = new Scratch(this.#native)
    const { address, bytes } = scratch.allocate(8)
    new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(0, value, true)
    this.#native.syscall(systemCallNumber(call), this.#wake.fd, address, 8)
  }

  #close(): void {
    this.#wake.close()
    this.#epoll.close()
  }
}

function checked(call: string, result: number): number {
  if (result < 0) throw new LinuxCallError(call, -result)
  return result
}
