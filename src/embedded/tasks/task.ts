import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"

/** Bytes of a kernel stack (THREAD_SIZE on x86-64 is four pages); probes see addresses inside it. */
const KERNEL_STACK = 16384
/** Bytes of user stack a modelled process may fill with strings and pointers. */
const USER_STACK = 65536
/** 0, 1 and 2 are the standard streams. */
const FIRST_FREE_DESCRIPTOR = 3

export interface TaskIdentity {
  readonly pid: number
  readonly comm: string
  readonly uid: number
  readonly gid: number
}

/** One thread with the kernel objects behind it: task_struct, cred, mm_struct, signal_struct. */
export class Task {
  readonly object: KernelObject
  readonly cred: KernelObject
  readonly mm: KernelObject
  readonly parent: Task | undefined
  readonly #kernel: KernelCore
  readonly #signal: KernelObject
  readonly #stack: number
  /** Blocks of user memory that belong to the current program image. */
  #image: number[] = []
  readonly #files = new Map<number, KernelObject>()
  #executable: KernelObject | undefined
  exitCode = 0
  exited = false

  constructor(kernel: KernelCore, identity: TaskIdentity, parent: Task | undefined) {
    const { types } = kernel
    const { pid, comm, uid, gid } = identity
    this.#kernel = kernel
    this.parent = parent
    this.#stack = kernel.memory.alloc(KERNEL_STACK)
    const ids = {
      "uid.val": uid,
      "gid.val": gid,
      "suid.val": uid,
      "sgid.val": gid,
      "euid.val": uid,
      "egid.val": gid,
      "fsuid.val": uid,
      "fsgid.val": gid,
    }
    this.cred = types.create("cred", { ...ids, "usage.counter": 1 })
    this.mm = types.create("mm_struct", { "mm_users.counter": 1, "mm_count.counter": 1 })
    this.#signal = types.create("signal_struct", { "live.counter": 1, nr_threads: 1 })
    const start = kernel.clock.now()
    this.object = types.create("task_struct", {
      pid,
      tgid: pid,
      comm,
      stack: this.#stack,
      cred: this.cred,
      real_cred: this.cred,
      mm: this.mm,
      active_mm: this.mm,
      signal: this.#signal,
      "usage.refs.counter": 1,
      start_time: start,
      start_boottime: start,
    })
    this.object.set("group_leader", this.object)
    const parentObject = parent?.object ?? this.object
    this.object.set("real_parent", parentObject).set("parent", parentObject)
  }

  get pid(): number {
    return this.object.number("pid")
  }

  get tgid(): number {
    return this.object.number("tgid")
  }

  get comm(): string {
    return this.object.text("comm")
  }

  set comm(name: string) {
    this.object.set("comm", name)
  }

  get uid(): number {
    return this.cred.number("uid.val")
  }

  get gid(): number {
    return this.cred.number("gid.val")
  }

  /** The open file that the task runs; setting another one closes it. */
  get executable(): KernelObject | undefined {
    return this.#executable
  }

  set executable(file: KernelObject | undefined) {
    this.#executable?.free()
    this.#executable = file
    this.mm.set("exe_file", file ?? 0)
  }

  /** Where the kernel stack begins, growing down. */
  get stackTop(): number {
    return this.#stack + KERNEL_STACK
  }

  /** Where the user stack pointer stands. */
  get userStack(): number {
    return this.#image[0] === undefined ? 0 : this.#image[0] + USER_STACK
  }

  /** Puts bytes into the process's memory, as the program itself would have, and gives their user address. */
  pushUser(bytes: Uint8Array): number {
    if (this.#image.length === 0) this.#image.push(this.#kernel.memory.allocUser(USER_STACK))
    const address = this.#kernel.memory.allocUser(bytes.length)
    this.#kernel.memory.write(address, bytes)
    this.#image.push(address)
    return address
  }

  /** Drops the program image: at execve, when the new one takes over, and at exit. */
  dropImage(): void {
    for (const block of this.#image) this.#kernel.memory.freeUser(block)
    this.#image = []
  }

  /** Puts an open file under the lowest free descriptor. */
  installFile(file: KernelObject): number {
    let fd = FIRST_FREE_DESCRIPTOR
    while (this.#files.has(fd)) fd++
    this.#files.set(fd, file)
    return fd
  }

  /** False when nothing is open under that descriptor. */
  closeFile(fd: number): boolean {
    const file = this.#files.get(fd)
    file?.free()
    return this.#files.delete(fd)
  }

  /** Gives every kernel object back; nobody may hold the task any more. */
  release(): void {
    this.dropImage()
    this.executable = undefined
    for (const file of this.#files.values()) file.free()
    for (const object of [this.object, this.cred, this.mm, this.#signal]) object.free()
    this.#kernel.memory.free(this.#stack)
  }
}
