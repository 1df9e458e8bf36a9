import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs"
import { setTimeout } from "node:timers/promises"
import type { Capability } from "../../catalog/index.ts"
import {
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
  type WireOptions,
  type World,
  type WorldReceiver,
  type WorldSocket,
} from "../../kernel/index.ts"
import type { LinuxKernel } from "../linux-kernel.ts"
import { holdCapabilities } from "../machine/hold-capabilities.ts"
import { Socket } from "../net/socket.ts"
import { Groups } from "./groups.ts"
import { makeDevice } from "./make-device.ts"
import { Namespaces } from "./namespaces.ts"
import { openFlags } from "./open-flags.ts"
import { Programs } from "./programs.ts"
import { openReceiver } from "./receiver.ts"
import { runTool } from "./run-tool.ts"
import { unlinkat } from "./unlinkat.ts"

/** What a shell reports of a program that it cannot run. */
const NOT_FOUND = 127
const NOT_EXECUTABLE = 126
/** And of a signal: its number above this; 9 is what time limits send. */
const BY_SIGNAL = 128 + 9

/** The actions of this process on its own machine. Devices and namespaces need root and iproute2. */
export function openLinuxWorld(kernel: LinuxKernel): LinuxWorld {
  return new LinuxWorld(kernel)
}

export class LinuxWorld implements World {
  readonly pid = process.pid
  readonly #kernel: LinuxKernel
  readonly #sockets: Socket[] = []
  readonly #programs = new Programs()
  readonly #groups = new Groups()
  readonly #namespaces: Namespaces

  constructor(kernel: LinuxKernel) {
    this.#kernel = kernel
    this.#namespaces = new Namespaces(kernel.bpf.native)
  }

  async exec(path: string, { args = [], env = [], uid, gid }: RunAs = {}): Promise<ExecResult> {
    let child: ChildProcess | undefined
    try {
      // Some errors it throws, others it tells by an event.
      child = spawn(path, args, {
        env: Object.fromEntries(env.map(entry => entry.split(/=(.*)/s, 2) as [string, string])),
        stdio: "ignore",
        ...(uid !== undefined && { uid }),
        ...(gid !== undefined && { gid }),
      })
      const [status] = (await once(child, "exit")) as [number | null]
      return { pid: child.pid ?? 0, status: status ?? BY_SIGNAL }
    } catch (error) {
      const isMissing = (error as { code?: string }).code === "ENOENT"
      return { pid: child?.pid ?? 0, status: isMissing ? NOT_FOUND : NOT_EXECUTABLE }
    }
  }

  work(milliseconds: number): void {
    const end = Date.now() + milliseconds
    while (Date.now() < end) Math.sqrt(end)
  }

  async sleep(milliseconds: number): Promise<void> {
    await setTimeout(milliseconds)
  }

  open(path: string, options: OpenOptions = {}): void {
    closeSync(openSync(path, openFlags(options), options.mode ?? 0o644))
  }

  unlink(path: string): void {
    unlinkSync(path)
  }

  unlinkat(path: string): void {
    unlinkat(this.#kernel.bpf.native, path)
  }

  makeDirectory(path: string): void {
    mkdirSync(path, 0o755)
  }

  removeDirectory(path: string): void {
    rmdirSync(path)
  }

  makeDevice(path: string, device: DeviceNumber): void {
    makeDevice(this.#kernel.bpf.native, path, device)
  }

  readText(path: string): string {
    return readFileSync(path, "utf8")
  }

  writeText(path: string, text: string): void {
    const fd = openSync(path, "w")
    try {
      writeSync(fd, text)
    } finally {
      closeSync(fd)
    }
  }

  install(path: string, program: UserProgram): void {
    this.#programs.install(path, program)
  }

  start(path: string): Promise<RunningProgram> {
    return this.#programs.start(path)
  }

  socket(options?: SocketOptions): WorldSocket {
    const socket = Socket.open(this.#kernel.bpf.native, options)
    this.#sockets.push(socket)
    return socket
  }

  receiver(device: string): WorldReceiver {
    return openReceiver(device)
  }

  async withCapabilities<T>(held: readonly Capability[], action: () => T | Promise<T>): Promise<T> {
    requireCapabilities(held)
    const restore = holdCapabilities(this.#kernel.bpf.native, held)
    try {
      return await action()
    } finally {
      restore()
    }
  }

  makeGroup(name: string): string {
    return this.#groups.make(name)
  }

  groupId(path: string): bigint {
    return statSync(path, { bigint: true }).ino
  }

  inGroup<T>(path: string, action: () => T | Promise<T>): Promise<T> {
    return this.#groups.inside(path, action)
  }

  makePair(one: PairEnd, other: PairEnd, options?: PairOptions): void {
    this.#namespaces.makePair(one, other, options)
  }

  interfaceIndex(name: string): number {
    return this.#namespaces.interfaceIndex(name)
  }

  makeWire(options: WireOptions): Wire {
    const wire = this.#namespaces.makeWire(options)
    this.#sockets.push(wire.socket)
    return wire
  }

  addRoute({ to, interface: device, via, segments }: RouteOptions): void {
    const family = to.includes(":") ? "-6" : "-4"
    const encap = segments ? ["encap", "seg6", "mode", "encap", "segs", segments.join(",")] : []
    runTool("ip", family, "route", "add", to, ...encap, ...(via ? ["via", via] : []), "dev", device)
  }

  inNamespace<T>(name: string, action: () => T | Promise<T>): Promise<T> {
    return this.#namespaces.inside(name, action)
  }

  async ping(address: string): Promise<boolean> {
    try {
      runTool("ping", "-c", "1", "-W", "1", address)
      return true
    } catch {
      return false
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets.splice(0)) socket.close()
    await this.#programs.endAll()
    this.#namespaces.removeAll()
    this.#groups.removeAll()
  }
}
