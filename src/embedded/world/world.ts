import { concatBytes, decodeUtf8, encodeUtf8, errnoNumber, SystemCallError } from "../../base/index.ts"
import type { Capability } from "../../catalog/index.ts"
import {
  addressBytes,
  type DeviceNumber,
  type ExecResult,
  type OpenOptions,
  type PairEnd,
  type PairOptions,
  type RouteOptions,
  type RunAs,
  type RunningProgram,
  requireCapabilities,
  type SocketOptions,
  type UserProgram,
  type Wire,
  type World,
  type WorldReceiver,
  type WorldSocket,
} from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { type FileNode, type FileTree, pathOf } from "../files/index.ts"
import { type EmbeddedWireOptions, makeWire } from "../network/index.ts"
import { type SignalName, signalNumber, type Task } from "../tasks/index.ts"
import { installProgram, requireUserPrograms } from "../user/index.ts"
import { WorldGroups } from "./groups.ts"
import { Process, type ProcessEnd, type SyscallResult, shellStatus } from "./process.ts"
import { startProgram } from "./start-program.ts"
import { openSocket } from "./world-socket.ts"

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

/** How much is read at once. */
const READ_SIZE = 8192
/** In a millisecond. */
const NANOSECONDS = 1e6

/** What happens around the kernel: processes and what they do. Every action walks Linux's path, past every hook on it. */
export class EmbeddedWorld implements World {
  /** The process that starts the others: a shell of root's. */
  readonly shell: Process
  readonly #kernel: KernelCore
  readonly #groups: WorldGroups
  /** Takes back what it made. */
  readonly #undo: (() => void)[] = []
  readonly #running = new Set<RunningProgram>()
  readonly #installed = new Set<FileNode>()

  constructor(kernel: KernelCore, shell: Task) {
    this.#kernel = kernel
    this.#groups = new WorldGroups(kernel)
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

  unlinkat(path: string): void {
    this.#done("unlinkat", this.shell.unlinkat(path))
  }

  makeDirectory(path: string): void {
    this.#done("mkdir", this.shell.makeDirectory(path))
  }

  removeDirectory(path: string): void {
    this.#done("rmdir", this.shell.removeDirectory(path))
  }

  makeDevice(path: string, device: DeviceNumber): void {
    this.#done("mknodat", this.shell.makeDevice(path, device))
  }

  readText(path: string): string {
    return decodeUtf8(this.readBytes(path))
  }

  /** Opens a file, reads it all and closes it. */
  readBytes(path: string): Uint8Array {
    return this.#withFile(path, {}, fd => {
      const chunks: Uint8Array[] = []
      for (;;) {
        const result = this.shell.read(fd, READ_SIZE)
        if (this.#done("read", result) === 0) break
        chunks.push(result.bytes ?? new Uint8Array(0))
      }
      return concatBytes(chunks)
    })
  }

  writeText(path: string, text: string): void {
    this.#withFile(path, { write: true }, fd => this.#done("write", this.shell.write(fd, encodeUtf8(text))))
  }

  install(path: string, program: UserProgram): void {
    requireUserPrograms(this.#kernel)
    const node = this.files.create(path, { mode: 0o755 })
    installProgram(node, path, program)
    this.#installed.add(node)
  }

  async start(path: string): Promise<RunningProgram> {
    const running = startProgram(this.#kernel, this, path)
    this.#running.add(running)
    return running
  }

  socket(options?: SocketOptions): WorldSocket {
    const socket = openSocket(this.shell, options)
    this.#undo.push(() => socket.close())
    return socket
  }

  receiver(device: string): WorldReceiver {
    const receiver = this.#kernel.receivers.ofPath(device)
    if (!receiver) throw new SystemCallError("openat", errnoNumber("ENOENT"))
    receiver.forget()
    const fd = this.#done("openat", this.shell.open(device, { write: true }))
    const close = () => void this.shell.close(fd)
    return {
      device,
      send: durations => {
        const bytes = new Uint8Array(Uint32Array.from(durations).buffer)
        this.#done("write", this.shell.write(fd, bytes))
      },
      events: () => receiver.takeEvents(),
      close,
      [Symbol.dispose]: close,
    }
  }

  async withCapabilities<T>(held: readonly Capability[], action: () => T | Promise<T>): Promise<T> {
    requireCapabilities(held)
    const restore = this.shell.task.capabilities.hold(held)
    try {
      return await action()
    } finally {
      restore()
    }
  }

  makeGroup(name: string): string {
    return this.#groups.make(name)
  }

  inGroup<T>(path: string, action: () => T | Promise<T>): Promise<T> {
    return this.#groups.inside(path, this.shell.task, action)
  }

  groupId(path: string): bigint {
    return this.#groups.at(path).id
  }

  makePair(one: PairEnd, other: PairEnd, options?: PairOptions): void {
    this.#undo.push(this.#kernel.network.makePair(one, other, options))
  }

  interfaceIndex(name: string): number {
    return this.#kernel.network.deviceNamed(name).index
  }

  makeWire(options: EmbeddedWireOptions): Wire {
    const { wire, remove } = makeWire(this.#kernel, options)
    this.#undo.push(remove)
    return wire
  }

  addRoute(route: RouteOptions): void {
    this.#kernel.network.addRoute(route)
  }

  async inNamespace<T>(name: string, action: () => T | Promise<T>): Promise<T> {
    const { task } = this.shell
    const before = task.netns
    task.netns = this.#kernel.network.existing(name)
    try {
      return await action()
    } finally {
      task.netns = before
    }
  }

  async ping(address: string): Promise<boolean> {
    const destination = addressBytes(address)
    let isAnswered = false
    const body = (process: Process): void => {
      isAnswered = process.ping(destination)
    }
    await this.exec("/bin/ping", { args: ["-c", "1", "-W", "1", address], body })
    return isAnswered
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#groups.removeAll()
    for (const undo of this.#undo.splice(0).reverse()) undo()
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

  #withFile<T>(path: string, options: OpenOptions, action: (fd: number) => T): T {
    const fd = this.#done("openat", this.shell.open(path, options))
    try {
      return action(fd)
    } finally {
      this.shell.close(fd)
    }
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
  if (which === "uid") task.capabilities.setFor(id)
}
