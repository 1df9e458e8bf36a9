import {
  type Errno,
  encodeUtf8,
  errnoName,
  errnoNumber,
  SystemCallError,
  UsageError,
} from "../../base/index.ts"
import type { DeviceNumber, OpenOptions } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { O_CREAT, O_EXCL, O_RDWR } from "../files/flags.ts"
import { S_IFBLK, S_IFCHR } from "../files/index.ts"
import { getdents64, namesIn } from "../files/list-directory.ts"
import { makeDirectory } from "../files/make-directory.ts"
import { encodeDevice, mknodat } from "../files/make-node.ts"
import { AT_FDCWD, close, openat } from "../files/open.ts"
import { read, write } from "../files/read-write.ts"
import { removeDirectory, removeName, unlinkat } from "../files/unlink.ts"
import { type Echo, sendEcho } from "../network/index.ts"
import {
  ANY_CHILD,
  execve,
  exitGroup,
  fork,
  getppid,
  runUserCode,
  type SignalName,
  sigaction,
  signalName,
  signalNumber,
  type Task,
  WNOHANG,
  wait4,
} from "../tasks/index.ts"
import { callFunction, type InstalledProgram } from "../user/index.ts"

export type ProcessEnd = { readonly status: number } | { readonly signal: string }

/** Where a program's function for signals is said to be. */
const HANDLER = 0x5555_5555_5000
/** The part of an exit code that says which signal ended a process. */
const SIGNAL_OF_CODE = 0x7f

/** How much of a directory is read at once. */
const DIRECTORY_BUFFER = 32768

/** What a system call gave: its value, or the errno. */
export type SyscallResult =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly errno: Errno }

/** A user-space process of the model: it does what programs do, through system calls. */
export class Process {
  readonly task: Task
  readonly #kernel: KernelCore
  readonly #onExit: () => void
  /** Set once the process is gone, and its task_struct with it. */
  #exitedPid: number | undefined

  /** `onExit` is called when the process has exited: its parent's turn. */
  constructor(kernel: KernelCore, task: Task, onExit: () => void = () => undefined) {
    this.#kernel = kernel
    this.#onExit = onExit
    this.task = task
  }

  get pid(): number {
    return this.#exitedPid ?? this.task.tgid
  }

  /** The task's name: at most 15 characters of the executable's last path part. */
  get comm(): string {
    return this.task.comm
  }

  /** fork(2): a child that has not run yet. When it has exited, `wait` for it. Throws SystemCallError. */
  fork(onExit?: () => void): Process {
    const task = this.#on(() => fork(this.#kernel))
    if (typeof task === "number") throw new SystemCallError("clone", -task)
    const child = new Process(this.#kernel, task, onExit)
    child.#settle()
    return child
  }

  /** execve(2) with `args` (the first is the program's own name) and `env` ("NAME=value"). */
  exec(path: string, args: readonly string[] = [path], env: readonly string[] = []): SyscallResult {
    return this.#call(() => {
      const argv = this.#pointers(args.map(arg => this.#text(arg)))
      const envp = this.#pointers(env.map(entry => this.#text(entry)))
      return execve(this.#kernel, this.#text(path), argv, envp)
    })
  }

  /** getppid(2): the shortest of system calls. */
  getppid(): number {
    return this.#on(() => getppid(this.#kernel))
  }

  /** openat(AT_FDCWD, path, flags): the value is the descriptor. */
  open(path: string, options: OpenOptions = {}): SyscallResult {
    const { create, exclusive, write, directory, mode = 0o644 } = options
    const { directoryFlag } = this.#kernel.architecture
    const flags =
      (create ? O_CREAT : 0) |
      (exclusive ? O_EXCL : 0) |
      (write ? O_RDWR : 0) |
      (directory ? directoryFlag : 0)
    return this.#call(() => openat(this.#kernel, AT_FDCWD, this.#text(path), flags, create ? mode : 0))
  }

  /** The same with flags as they are in <fcntl.h>. */
  openWith(path: string, flags: number, mode = 0o644): SyscallResult {
    return this.#call(() =>
      openat(this.#kernel, AT_FDCWD, this.#text(path), flags, (flags & O_CREAT) !== 0 ? mode : 0),
    )
  }

  close(fd: number): SyscallResult {
    return this.#call(() => close(this.#kernel, fd))
  }

  /** read(2) of at most so many bytes. */
  read(fd: number, size: number): SyscallResult & { readonly bytes?: Uint8Array } {
    let bytes = new Uint8Array(0)
    const result = this.#call(() => {
      const buffer = this.task.pushUser(new Uint8Array(size))
      const count = read(this.#kernel, fd, buffer, size)
      if (count > 0) bytes = this.#kernel.memory.read(buffer, count) as Uint8Array<ArrayBuffer>
      return count
    })
    return { ...result, bytes }
  }

  /** write(2). */
  write(fd: number, bytes: Uint8Array): SyscallResult {
    return this.#call(() => write(this.#kernel, fd, this.task.pushUser(bytes), bytes.length))
  }

  /** mknodat(AT_FDCWD, path, …) of a device. */
  makeDevice(path: string, device: DeviceNumber, mode = 0o600): SyscallResult {
    const kind = device.kind === "char" ? S_IFCHR : S_IFBLK
    return this.#call(() =>
      mknodat(this.#kernel, AT_FDCWD, this.#text(path), kind | mode, encodeDevice(device)),
    )
  }

  /** mkdir(2), or mkdirat(2) where that is all there is. */
  makeDirectory(path: string, mode = 0o777): SyscallResult {
    return this.#call(() => makeDirectory(this.#kernel, this.#text(path), mode))
  }

  /** rmdir(2), or unlinkat(2) with AT_REMOVEDIR. */
  removeDirectory(path: string): SyscallResult {
    return this.#call(() => removeDirectory(this.#kernel, this.#text(path)))
  }

  /** getdents64(2) of an open directory until it has no more: its names, "." and ".." among them. */
  names(fd: number): SyscallResult & { readonly names: readonly string[] } {
    const names: string[] = []
    for (;;) {
      const result = this.#call(() => {
        const buffer = this.task.pushUser(new Uint8Array(DIRECTORY_BUFFER))
        const count = getdents64(this.#kernel, fd, buffer, DIRECTORY_BUFFER)
        if (count > 0) names.push(...namesIn(this.#kernel.memory.read(buffer, count)))
        return count
      })
      if (!result.ok || result.value === 0) return { ...result, names }
    }
  }

  /** unlink(2), as busybox's rm calls it, or unlinkat(2) where that is all there is. */
  unlink(path: string): SyscallResult {
    return this.#call(() => removeName(this.#kernel, this.#text(path)))
  }

  /** unlinkat(AT_FDCWD, path, 0), as the rm of coreutils calls it. */
  unlinkat(path: string): SyscallResult {
    return this.#call(() => unlinkat(this.#kernel, AT_FDCWD, this.#text(path), 0))
  }

  /** Lets the program it runs call one of its functions; probes of user space on the way run. */
  call(program: InstalledProgram, symbol: string, args: readonly bigint[]): bigint {
    return this.#on(() => this.task.withUser(() => callFunction(this.#kernel, program, symbol, args)))
  }

  /**
   * wait4(-1, …): takes a child that has exited away; the value is its pid. Fails with ECHILD when there is no child.
   * Throws NotModelledError when children still run, for then it would sleep; with `noHang` the value is 0 instead.
   */
  wait(options: { readonly noHang?: boolean } = {}): SyscallResult {
    const status = this.task.userScratch()
    return this.#call(() => wait4(this.#kernel, ANY_CHILD >>> 0, status, options.noHang ? WNOHANG : 0, 0))
  }

  /** Sends one echo request. Its id is the process's, as ping's is. */
  echo(destination: Uint8Array, sequence = 0): Echo {
    const id = this.task.tgid
    return this.#on(() => sendEcho(this.#kernel, this.#kernel.network.current, destination, { id, sequence }))
  }

  /** The same; true when the answer comes. */
  ping(destination: Uint8Array): boolean {
    return this.echo(destination).isAnswered
  }

  /** exit_group(2); the process is gone afterwards. `status` is 0 … 255. */
  exit(status = 0): void {
    this.#on(() => exitGroup(this.#kernel, status))
  }

  /** How it ended: with an exit status of its own, or by a signal ("SIGKILL"); undefined while it lives. */
  get end(): ProcessEnd | undefined {
    if (this.#exitedPid === undefined) return undefined
    const { exitCode } = this.task
    const signal = exitCode & SIGNAL_OF_CODE
    return signal === 0 ? { status: exitCode >> 8 } : { signal: signalName(signal) }
  }

  /** rt_sigaction(2): from now on `handler` is called for a signal instead of what it does by itself. */
  onSignal(name: SignalName, handler: () => void): SyscallResult {
    const signal = signalNumber(name)
    const result = this.#call(() => {
      const action = this.#pointers([HANDLER, 0, 0])
      return sigaction(this.#kernel, signal, action, 0, 8)
    })
    if (result.ok) this.task.signals.handlers.set(signal, handler)
    return result
  }

  /** Puts the process on the CPU for system calls of its own; what they push to its memory is taken back. */
  callWith(action: (kernel: KernelCore) => number): SyscallResult {
    return this.#call(() => action(this.#kernel))
  }

  /** Takes leave of a task that has ended. */
  #settle(): void {
    if (!this.task.exited || this.#exitedPid !== undefined) return
    this.#exitedPid = this.task.tgid
    // init waits for orphans; its own calls are not modelled.
    if (this.task.parent?.parent === undefined) this.task.release()
    this.#onExit()
  }

  #call(action: () => number): SyscallResult {
    const value = this.#on(() => this.task.withUser(action))
    if (value >= 0) return { ok: true, value }
    const errno = errnoName(-value)
    if (!errno) throw new Error(`BUG: a system call answered ${value}, which is no errno`)
    return { ok: false, errno }
  }

  /** Puts this process on the CPU for one action. */
  #on<T>(action: () => T): T {
    if (this.#exitedPid !== undefined)
      throw new UsageError(`process ${this.#exitedPid} has exited and can do nothing any more`, {
        errno: "ESRCH",
      })
    const before = this.#kernel.current
    this.#kernel.current = this.task
    try {
      runUserCode(this.#kernel, this.task.codeAddress)
      return action()
    } finally {
      this.#kernel.current = before
      this.#kernel.clock.advance(10_000n)
      this.#settle()
    }
  }

  #text(text: string): number {
    return this.task.pushUser(encodeUtf8(`${text}\0`))
  }

  #pointers(addresses: readonly number[]): number {
    const bytes = new Uint8Array((addresses.length + 1) * 8)
    const view = new DataView(bytes.buffer)
    addresses.forEach((address, index) => {
      view.setBigUint64(index * 8, BigInt(address), true)
    })
    return this.task.pushUser(bytes)
  }
}

/** What a shell reports when it could not run a command: 126 not executable, 127 not found. */
export function shellStatus(errno: Errno): number {
  return errnoNumber(errno) === errnoNumber("ENOENT") ? 127 : 126
}
