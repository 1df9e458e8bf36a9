import { UsageError } from "../../base/index.ts"
import type { Cgroup } from "../cgroups/index.ts"
import type { KernelCore } from "../core.ts"
import { releaseFile } from "../files/release-file.ts"
import type { KernelObject } from "../memory/index.ts"
import type { NetNamespace } from "../network/index.ts"
import { CODE_ADDRESS } from "./areas.ts"
import { Capabilities } from "./capabilities.ts"

/** Bytes of a kernel stack (THREAD_SIZE on x86-64 is four pages); probes see addresses inside it. */
export const KERNEL_STACK = 16384
/** Bytes of user stack a modelled process may fill with strings and pointers. */
const USER_STACK = 65536
/** 0, 1 and 2 are the standard streams. */
const FIRST_FREE_DESCRIPTOR = 3

const SCRATCH = 64

export interface TaskIdentity {
  readonly pid: number
  readonly comm: string
  readonly uid: number
  readonly gid: number
}

/** An open file, and how many descriptors stand for it. */
interface OpenFile {
  readonly file: KernelObject
  readonly release?: () => void
  descriptors: number
}

/** One thread with the kernel objects behind it: task_struct, cred, mm_struct, signal_struct. */
export class Task {
  readonly object: KernelObject
  readonly cred: KernelObject
  readonly capabilities: Capabilities
  /** struct files_struct: what do_close_on_exec is given. */
  readonly files: KernelObject
  readonly children = new Set<Task>()
  #parent: Task | undefined
  readonly #kernel: KernelCore
  readonly #signal: KernelObject
  readonly #stack: number
  /** Blocks of user memory that belong to the current program image. */
  #image: number[] = []
  readonly #files = new Map<number, OpenFile>()
  #mm: KernelObject
  /** User memory for what system calls write back, once it is asked for. */
  #scratch = 0
  #executable: KernelObject | undefined
  /** The kernel itself, and programs. */
  #holders = 1
  /** Signals that wait for the thread and for its process, and what the program does about those it handles. */
  readonly signals = {
    thread: [] as number[],
    process: [] as number[],
    handlers: new Map<number, () => void>(),
  }
  readonly #sighand: KernelObject
  #group: Cgroup
  /** Numbers of the pages of its program that are in memory. */
  readonly presentPages = new Set<number>()
  exitCode = 0
  /** Its network namespace, which children share; undefined for the first one. */
  netns: NetNamespace | undefined
  exited = false
  /** The arguments that its program was executed with. */
  commandLine: readonly string[] = []

  constructor(kernel: KernelCore, identity: TaskIdentity, parent: Task | undefined) {
    const { types } = kernel
    const { pid, comm, uid, gid } = identity
    this.#kernel = kernel
    this.#parent = parent
    this.netns = parent?.netns
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
    this.capabilities = new Capabilities(kernel.memory, this.cred)
    if (parent) this.capabilities.copy(parent.capabilities)
    else this.capabilities.setFor(uid)
    this.#mm = newMm(kernel)
    this.files = types.create("files_struct", { "count.counter": 1 })
    this.#signal = types.create("signal_struct", { "live.counter": 1, nr_threads: 1 })
    this.#sighand = types.create("sighand_struct", { "count.refs.counter": 1 })
    const start = kernel.clock.now()
    this.object = types.create("task_struct", {
      pid,
      tgid: pid,
      comm,
      stack: this.#stack,
      cred: this.cred,
      real_cred: this.cred,
      mm: this.#mm,
      active_mm: this.#mm,
      files: this.files,
      signal: this.#signal,
      sighand: this.#sighand,
      "usage.refs.counter": 1,
      start_time: start,
      start_boottime: start,
    })
    this.object.set("group_leader", this.object)
    this.#group = parent?.group ?? kernel.cgroups.root
    this.group = this.#group
    const parentObject = parent?.object ?? this.object
    this.object.set("real_parent", parentObject).set("parent", parentObject)
    parent?.children.add(this)
  }

  get parent(): Task | undefined {
    return this.#parent
  }

  /** The control group that it is a member of: its parent's until it is moved. */
  get group(): Cgroup {
    return this.#group
  }

  set group(group: Cgroup) {
    this.#group = group
    this.object.set("cgroups", group.cssSet)
  }

  /** Gives the children of a task that ends to the oldest ancestor: init. */
  orphanChildren(): void {
    let init: Task = this
    while (init.#parent) init = init.#parent
    for (const child of this.children) {
      child.#parent = init
      child.object.set("real_parent", init.object).set("parent", init.object)
      init.children.add(child)
    }
    this.children.clear()
  }

  get mm(): KernelObject {
    return this.#mm
  }

  /** Takes over another address space, as execve does; the old one goes. */
  adoptMm(mm: KernelObject): void {
    const old = this.#mm
    this.#mm = mm
    this.presentPages.clear()
    this.object.set("mm", mm).set("active_mm", mm)
    old.free()
  }

  get pid(): number {
    return this.object.number("pid")
  }

  get isOnProcessor(): boolean {
    return this.#kernel.current === this
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

  /** The struct k_sigaction of a signal. */
  actionOf(signal: number): KernelObject {
    const { types } = this.#kernel
    const actions = this.#sighand.addressOf("action")
    return types.at("k_sigaction", actions + (signal - 1) * types.layout("k_sigaction").size)
  }

  /** Shows in the task's structs which signals wait. */
  showSignals(): void {
    this.object.set("pending.signal.sig", setOf(this.signals.thread))
    this.#signal.set("shared_pending.signal.sig", setOf(this.signals.process))
  }

  /** As execve does: a new program knows nothing of the old one's functions. */
  forgetHandlers(): void {
    for (const signal of this.signals.handlers.keys()) this.actionOf(signal).set("sa.sa_handler", 0)
    this.signals.handlers.clear()
  }

  /** The open file that the task runs; setting another one closes it. */
  get executable(): KernelObject | undefined {
    return this.#executable
  }

  set executable(file: KernelObject | undefined) {
    if (this.#executable) releaseFile(this.#kernel, this.#executable)
    this.#executable = file
    this.mm.set("exe_file", file ?? 0)
  }

  /** Where the kernel stack begins, growing down. */
  get stackTop(): number {
    return this.#stack + KERNEL_STACK
  }

  /** Writes to memory that the process has already. */
  writeUser(address: number, bytes: Uint8Array): void {
    if (!this.#kernel.memory.isUser(address, bytes.length))
      throw new UsageError(`process ${this.pid} has no ${bytes.length} bytes at 0x${address.toString(16)}`, {
        errno: "EFAULT",
      })
    this.#kernel.memory.write(address, bytes)
  }

  /** The registers that user space had when it entered the kernel: always at the top of the kernel stack. */
  userRegisters(): KernelObject {
    const { types } = this.#kernel
    return types.at("pt_regs", this.stackTop - types.layout("pt_regs").size)
  }

  /** Makes the stack of a new program image; the answer is where it begins, growing down. */
  setUpStack(): number {
    if (this.#image.length === 0) this.#image.push(this.#kernel.memory.allocUser(USER_STACK))
    return this.userStack
  }

  /** Blocks of the process's memory, its stack first. */
  userBlocks(): { readonly address: number; readonly size: number }[] {
    const { user } = this.#kernel.memory
    return this.#image.map(address => ({ address, size: user.sizeOf(address) }))
  }

  /** An address in user memory that system calls may write a few words to. */
  userScratch(): number {
    if (this.#scratch === 0) this.#scratch = this.pushUser(new Uint8Array(SCRATCH))
    return this.#scratch
  }

  /** Calls `action` and takes back what it pushed, unless the program image has gone with it. */
  withUser<T>(action: () => T): T {
    this.userScratch()
    const image = this.#image
    const mark = image.length
    try {
      return action()
    } finally {
      if (image === this.#image) for (const block of image.splice(mark)) this.#kernel.memory.freeUser(block)
    }
  }

  /** Where its program makes system calls. */
  get codeAddress(): number {
    return this.#executable ? CODE_ADDRESS : 0
  }

  /** Where the user stack pointer stands. */
  get userStack(): number {
    return this.#image[0] === undefined ? 0 : this.#image[0] + USER_STACK
  }

  /** Puts bytes into the process's memory, as the program itself would have, and gives their user address. */
  pushUser(bytes: Uint8Array): number {
    this.setUpStack()
    const address = this.#kernel.memory.allocUser(bytes.length)
    this.#kernel.memory.write(address, bytes)
    this.#image.push(address)
    return address
  }

  /** Drops the program image: at execve, when the new one takes over, and at exit. */
  dropImage(): void {
    for (const block of this.#image) this.#kernel.memory.freeUser(block)
    this.#image = []
    this.#scratch = 0
  }

  /** Puts an open file under the lowest free descriptor; `release` runs when it is closed. */
  installFile(file: KernelObject, release?: () => void): number {
    const fd = this.freeDescriptor()
    this.installFileAt(fd, file, release)
    return fd
  }

  /** The lowest descriptor that nothing is open under. */
  freeDescriptor(): number {
    let fd = FIRST_FREE_DESCRIPTOR
    while (this.#files.has(fd)) fd++
    return fd
  }

  /** Puts an open file under a descriptor that is free. */
  installFileAt(fd: number, file: KernelObject, release?: () => void): void {
    this.#files.set(fd, { file, descriptors: 1, ...(release && { release }) })
  }

  /** Lets a descriptor of this task, or of another, stand for the same open file here; what was open under `to` is closed. */
  duplicate(from: number, to: number, owner: Task = this): boolean {
    const open = owner.#files.get(from)
    if (!open) return false
    if (open === this.#files.get(to)) return true
    this.closeFile(to)
    open.descriptors += 1
    this.#files.set(to, open)
    return true
  }

  /** The descriptors that are open, in order. */
  descriptors(): number[] {
    return [...this.#files.keys()].sort((a, b) => a - b)
  }

  /** The open file under a descriptor. */
  fileAt(fd: number): KernelObject | undefined {
    return this.#files.get(fd)?.file
  }

  /** False when nothing is open under that descriptor. */
  closeFile(fd: number): boolean {
    const open = this.#files.get(fd)
    if (!open) return false
    this.#files.delete(fd)
    open.descriptors -= 1
    if (open.descriptors > 0) return true
    open.release?.()
    // The last descriptor of an open file is closed.
    this.#kernel.sockets.closeFile(open.file)
    releaseFile(this.#kernel, open.file)
    return true
  }

  closeFiles(): void {
    for (const fd of [...this.#files.keys()]) this.closeFile(fd)
  }

  /** Takes the task away. Its memory goes with the last program that holds it. */
  release(): void {
    this.#parent?.children.delete(this)
    this.#kernel.forgetOwner(this.object.address)
    this.dropImage()
    this.executable = undefined
    this.closeFiles()
    this.drop()
  }

  /** One more holder; false when the task is going. */
  acquire(): boolean {
    if (this.#holders === 0) return false
    this.#holders += 1
    return true
  }

  /** One holder less; the last one gives every kernel object back. */
  drop(): void {
    this.#holders -= 1
    if (this.#holders > 0) return
    for (const object of [this.object, this.cred, this.#mm, this.files, this.#signal, this.#sighand])
      object.free()
    this.#kernel.memory.free(this.#stack)
  }
}

/** A sigset_t of signals. */
function setOf(signals: readonly number[]): bigint {
  return signals.reduce((set, signal) => set | (1n << BigInt(signal - 1)), 0n)
}

/** An address space without anything in it. */
export function newMm(kernel: KernelCore): KernelObject {
  return kernel.types.create("mm_struct", { "mm_users.counter": 1, "mm_count.counter": 1 })
}
