import type { KernelCore } from "../core.ts"
import type { FileTree } from "../files/index.ts"
import { type SignalName, signalNumber, type Task } from "../tasks/index.ts"
import { Process, type ProcessEnd, shellStatus } from "./process.ts"

export interface ExecOptions {
  /** Arguments after the program's own name. */
  readonly args?: readonly string[]
  /** "NAME=value" each. */
  readonly env?: readonly string[]
  /** Who runs it; root by default. */
  readonly uid?: number
  readonly gid?: number
  /** What it exits with: 0 … 255. */
  readonly status?: number
  /** What the program does between its start and its exit; nothing by default. */
  readonly body?: (process: Process) => void | Promise<void>
}

export interface ExecResult {
  readonly pid: number
  /** The exit status as the shell sees it: 126 or 127 when the program could not be run. */
  readonly status: number
}

/** What a shell reports of a signal: its number above this. */
const BY_SIGNAL = 128

function shellStatusOf(end: ProcessEnd): number {
  return "status" in end ? end.status : BY_SIGNAL + signalNumber(end.signal as SignalName)
}

/** In a millisecond. */
const NANOSECONDS = 1e6

/** What happens around the kernel: processes and what they do. Every action walks Linux's path, past every hook on it. */
export class World {
  /** The process that starts the others: a shell of root's. */
  readonly shell: Process
  readonly #kernel: KernelCore

  constructor(kernel: KernelCore, shell: Task) {
    this.#kernel = kernel
    this.shell = new Process(kernel, shell)
  }

  get files(): FileTree {
    return this.#kernel.files
  }

  /**
   * The shell runs a program: it forks, the child executes `path` and exits, the shell has waited for it. Gives the
   * child's pid and status.
   */
  async exec(path: string, options: ExecOptions = {}): Promise<ExecResult> {
    const child = this.spawn(options)
    const { pid } = child
    const result = child.exec(path, [path, ...(options.args ?? [])], options.env)
    if (result.ok && !child.end) await options.body?.(child)
    if (child.end) return { pid, status: shellStatusOf(child.end) }
    const status = result.ok ? (options.status ?? 0) : shellStatus(result.errno)
    child.exit(status)
    return { pid, status }
  }

  /** Nothing happens for so many milliseconds but what is due: timers of programs. */
  sleep(milliseconds: number): void {
    const kernel = this.#kernel
    const before = kernel.current
    kernel.current = kernel.idle
    try {
      kernel.clock.advance(BigInt(Math.round(milliseconds * NANOSECONDS)))
    } finally {
      kernel.current = before
    }
  }

  /** A child of the shell that does what it is told, as another user if asked. Let it `exit()` in the end. */
  spawn(options: { readonly uid?: number; readonly gid?: number } = {}): Process {
    const child = this.shell.fork(() => this.#reap())
    if (options.uid !== undefined) setIds(child.task, "uid", options.uid)
    if (options.gid !== undefined) setIds(child.task, "gid", options.gid)
    return child
  }

  /** The shell takes its dead child away and, as busybox's does, looks whether there is another. */
  #reap(): void {
    this.shell.wait()
    this.shell.wait({ noHang: true })
  }
}

function setIds(task: Task, which: "uid" | "gid", id: number): void {
  for (const prefix of ["", "e", "s", "fs"]) task.cred.set(`${prefix}${which}.val`, id)
}
