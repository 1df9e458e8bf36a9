import { errnoNumber, NotModelledError, SystemCallError } from "../../base/index.ts"
import type {
  ExecResult,
  OpenOptions,
  PairEnd,
  RunAs,
  RunningProgram,
  SocketOptions,
  UserProgram,
  World,
  WorldSocket,
} from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { type FileNode, type FileTree, pathOf } from "../files/index.ts"
import { type SignalName, signalNumber, type Task } from "../tasks/index.ts"
import { installProgram } from "../user/index.ts"
import { kernelText } from "./kernel-text.ts"
import { Process, type ProcessEnd, type SyscallResult, shellStatus } from "./process.ts"
import { startProgram } from "./start-program.ts"

export interface ExecOptions extends RunAs {
  /** What it exits with, 0 … 255; what such a program does when left out. */
  readonly status?: number
  /** What the program does between its start and its exit; nothing by default. */
  readonly body?: (process: Process) => void | Promise<void>
}

/** What programs exit with by themselves, where it is not 0. */
const OWN_STATUS: Readonly<Record<string, number>> = { "/bin/false": 1 }
/** What a shell reports of a program that it cannot run. */
const NOT_EXECUTABLE = 126
/** What a shell reports of a signal: its number above this. */
const BY_SIGNAL = 128

function shellStatusOf(end: ProcessEnd): number {
  return "status" in end ? end.status : BY_SIGNAL + signalNumber(end.signal as SignalName)
}

/** In a millisecond. */
const NANOSECONDS = 1e6

/** What happens around the kernel: processes and what they do. Every action walks Linux's path, past every hook on it. */
export class EmbeddedWorld implements World {
  /** The process that starts the others: a shell of root's. */
  readonly shell: Process
  readonly #kernel: KernelCore
  readonly #running = new Set<RunningProgram>()
  readonly #installed = new Set<FileNode>()

  constructor(kernel: KernelCore, shell: Task) {
    this.#kernel = kernel
    this.shell = new Process(kernel, shell)
  }

  get pid(): number {
    return this.shell.pid
  }

  get files(): FileTree {
    return this.#kernel.files
  }

  /**
   * The shell runs a program: it forks, the child executes `path` and exits, the shell has waited for it. Gives the
   * child's pid and status.
   */
  async exec(path: string, options: ExecOptions = {}): Promise<ExecResult> {
    const child = this.#start(options)
    if (!child) return { pid: 0, status: NOT_EXECUTABLE }
    const { pid } = child
    const result = child.exec(path, [path, ...(options.args ?? [])], options.env)
    if (result.ok && !child.end) await options.body?.(child)
    if (child.end) return { pid, status: shellStatusOf(child.end) }
    const status = result.ok ? (options.status ?? OWN_STATUS[path] ?? 0) : shellStatus(result.errno)
    child.exit(status)
    return { pid, status }
  }

  work(milliseconds: number): void {
    this.#kernel.clock.advance(BigInt(Math.round(milliseconds * NANOSECONDS)))
  }

  /** Nothing happens for so many milliseconds but what is due: timers of programs. */
  async sleep(milliseconds: number): Promise<void> {
    const kernel = this.#kernel
    const before = kernel.current
    kernel.current = kernel.idle
    try {
      kernel.clock.advance(BigInt(Math.round(milliseconds * NANOSECONDS)))
    } finally {
      kernel.current = before
    }
  }

  open(path: string, options: OpenOptions = {}): void {
    const fd = this.#done("openat", this.shell.open(path, options))
    this.#done("close", this.shell.close(fd))
  }

  unlink(path: string): void {
    this.#done("unlink", this.shell.unlink(path))
  }

  readText(path: string): string {
    const text = kernelText(this.#kernel, path)
    if (text === undefined) throw notModelled(`reading ${path}`)
    return text
  }

  writeText(path: string, _text: string): void {
    throw notModelled(`writing ${path}`)
  }

  install(path: string, program: UserProgram): void {
    const node = this.files.create(path, { mode: 0o755 })
    installProgram(node, path, program)
    this.#installed.add(node)
  }

  async start(path: string): Promise<RunningProgram> {
    const running = startProgram(this.#kernel, this, path)
    this.#running.add(running)
    return running
  }

  socket(_options?: SocketOptions): WorldSocket {
    throw notModelled("socket(2)")
  }

  makeGroup(_name: string): string {
    throw notModelled("a control group")
  }

  async inGroup<T>(_path: string, _action: () => T | Promise<T>): Promise<T> {
    throw notModelled("a control group")
  }

  makePair(_one: PairEnd, _other: PairEnd): void {
    throw notModelled("a pair of network devices")
  }

  async inNamespace<T>(_name: string, _action: () => T | Promise<T>): Promise<T> {
    throw notModelled("a network namespace")
  }

  async ping(_address: string): Promise<boolean> {
    throw notModelled("ping")
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#running) await running[Symbol.asyncDispose]()
    this.#running.clear()
    for (const node of this.#installed) if (this.files.find(pathOf(node)) === node) this.files.remove(node)
    this.#installed.clear()
  }

  /** A child of the shell that does what it is told, as another user if asked. Let it `exit()` in the end. */
  spawn(options: { readonly uid?: number; readonly gid?: number } = {}): Process {
    const child = this.shell.fork(() => this.#reap())
    if (options.uid !== undefined) setIds(child.task, "uid", options.uid)
    if (options.gid !== undefined) setIds(child.task, "gid", options.gid)
    return child
  }

  /** A child of the shell, or undefined where an LSM lets it have none. */
  #start(options: RunAs): Process | undefined {
    try {
      return this.spawn(options)
    } catch (error) {
      if (error instanceof SystemCallError) return undefined
      throw error
    }
  }

  #done(call: string, result: SyscallResult): number {
    if (!result.ok) throw new SystemCallError(call, errnoNumber(result.errno))
    return result.value
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

function notModelled(what: string): NotModelledError {
  return new NotModelledError(`${what} is not modelled by the embedded kernel yet`)
}
