import { type Errno, encodeUtf8, errnoName, errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { AT_FDCWD, close, O_CREAT, openat } from "../files/open.ts"
import { unlink, unlinkat } from "../files/unlink.ts"
import { execve, exitGroup, fork, type Task } from "../tasks/index.ts"

/** What a system call gave: its value, or the errno. */
export type SyscallResult =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly errno: Errno }

/** A user-space process of the model: it does what programs do, through system calls. */
export class Process {
  readonly task: Task
  readonly #kernel: KernelCore

  constructor(kernel: KernelCore, task: Task) {
    this.#kernel = kernel
    this.task = task
  }

  get pid(): number {
    return this.task.tgid
  }

  /** The task's name: at most 15 characters of the executable's last path part. */
  get comm(): string {
    return this.task.comm
  }

  /** fork(2): a child that has not run yet. */
  fork(): Process {
    return new Process(
      this.#kernel,
      this.#on(() => fork(this.#kernel)),
    )
  }

  /** execve(2) with `args` (the first is the program's own name) and `env` ("NAME=value"). */
  exec(path: string, args: readonly string[] = [path], env: readonly string[] = []): SyscallResult {
    return this.#call(() => {
      const argv = this.#pointers(args.map(arg => this.#text(arg)))
      const envp = this.#pointers(env.map(entry => this.#text(entry)))
      return execve(this.#kernel, this.#text(path), argv, envp)
    })
  }

  /** openat(AT_FDCWD, path, flags): the value is the descriptor. */
  open(path: string, options: { readonly create?: boolean; readonly mode?: number } = {}): SyscallResult {
    return this.#call(() =>
      openat(this.#kernel, AT_FDCWD, this.#text(path), options.create ? O_CREAT : 0, options.mode ?? 0o644),
    )
  }

  close(fd: number): SyscallResult {
    return this.#call(() => close(this.#kernel, fd))
  }

  /** unlink(2), as busybox's rm calls it. */
  unlink(path: string): SyscallResult {
    return this.#call(() => unlink(this.#kernel, this.#text(path)))
  }

  /** unlinkat(AT_FDCWD, path, 0), as the rm of coreutils calls it. */
  unlinkat(path: string): SyscallResult {
    return this.#call(() => unlinkat(this.#kernel, AT_FDCWD, this.#text(path), 0))
  }

  /** exit_group(2); the process is gone afterwards. `status` is 0 … 255. */
  exit(status = 0): void {
    this.#on(() => exitGroup(this.#kernel, status))
    this.task.release()
  }

  #call(action: () => number): SyscallResult {
    const value = this.#on(action)
    if (value >= 0) return { ok: true, value }
    const errno = errnoName(-value)
    if (!errno) throw new Error(`BUG: a system call answered ${value}, which is no errno`)
    return { ok: false, errno }
  }

  /** Puts this process on the CPU for one action. */
  #on<T>(action: () => T): T {
    if (this.task.exited) throw new Error(`BUG: process ${this.pid} has exited and can do nothing`)
    const before = this.#kernel.current
    this.#kernel.current = this.task
    try {
      return action()
    } finally {
      this.#kernel.current = before
      this.#kernel.clock.advance(10_000n)
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
