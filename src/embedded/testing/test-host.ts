import { encodeUtf8 } from "../../base/index.ts"
import { compareReleases } from "../../catalog/index.ts"
import type { CallFrame } from "../../engine/index.ts"
import type { Cgroup } from "../cgroups/index.ts"
import { Clock } from "../clock.ts"
import type { KernelCore } from "../core.ts"
import { type Callback, type CallbackRunner, SpecialFields } from "../fields/index.ts"
import { type CurrentTask, EMBEDDED_HELPERS, type HelperKernel, type Invocation } from "../helpers/index.ts"
import { EMBEDDED_KFUNCS } from "../kfuncs/index.ts"
import {
  createMap,
  type HeldSocket,
  type MapAttributes,
  type MapDevice,
  type MapHost,
  type MapStorage,
  type RedirectInfo,
  type TailTarget,
} from "../maps/index.ts"
import { KernelMemory, type KernelTypes } from "../memory/index.ts"

/** A kernel of memory, maps and one task, without a profile: enough for maps and helpers, and quick to make. */
export class TestHost implements MapHost, HelperKernel {
  readonly memory = new KernelMemory()
  readonly clock = new Clock()
  readonly network = {
    redirect: undefined,
    skbAt: () => undefined,
    skbOf: () => undefined,
    flowHash: () => 1,
    get current(): never {
      throw new Error("the test's kernel has no network")
    },
  }
  readonly fields: SpecialFields = new SpecialFields(this)
  readonly cpus: number
  readonly release: string
  readonly bootTime = 1_000_000_000_000n
  readonly programs = new Map<number, TailTarget>()
  /** The loopback interface. */
  readonly devices = new Map<number, MapDevice>([[1, { index: 1, isThere: true }]])
  /** Sockets by descriptor, and addresses of struct cgroup by descriptor and id: none as long as a test puts none here. */
  readonly sockets = new Map<number, HeldSocket>()
  readonly groups = new Map<number, number>()
  /** Addresses of struct inode by descriptor. */
  readonly inodes = new Map<number, number>()
  readonly redirect: RedirectInfo = { target: undefined }
  /** Callbacks that timers and work items have run. */
  readonly called: Callback[] = []
  /** References to objects of the kernel that were given back. */
  readonly released: [struct: string, address: number][] = []
  readonly sent: number[] = []
  readonly printed: string[] = []
  task = { address: 0x200_0000, pid: 7, tgid: 5, uid: 1000, gid: 100, comm: "test" }
  readonly #maps = new Map<number, MapStorage>()
  #now = 0n

  constructor(cpus = 2, release = "6.12") {
    this.cpus = cpus
    this.release = release
  }

  get core(): KernelCore {
    throw new Error("the test's kernel has memory, maps and a task alone")
  }

  get types(): KernelTypes {
    throw new Error("the test's kernel has no types")
  }

  since(release: string): boolean {
    return compareReleases(this.release, release) >= 0
  }

  /** Makes a map; what is not given is 4 bytes of key, 8 of value, 2 entries. */
  map(type: number, attributes: Partial<MapAttributes> = {}): MapStorage {
    const all = {
      name: "tested",
      type,
      keySize: 4,
      valueSize: 8,
      maxEntries: 2,
      flags: 0,
      extra: 0n,
      ...attributes,
    }
    const map = createMap(this, this.#maps.size + 1, all)
    this.#maps.set(map.address, map)
    return map
  }

  /** Calls a helper or kernel function by name; its program has no functions to call back. */
  call(
    name: string,
    args: readonly (bigint | number)[] = [],
    invocation: Partial<Invocation> = {},
    frame?: Partial<CallFrame>,
  ): unknown {
    const helper = EMBEDDED_HELPERS[name] ?? EMBEDDED_KFUNCS[name]
    if (!helper) throw new Error(`there is no helper ${name}`)
    const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n] = args.map(value => BigInt.asUintN(64, BigInt(value)))
    const program = { id: 1, name: "tested", type: "kprobe" }
    const whole = { program, context: 0, cookie: 0n, functionAddress: 0n, ...invocation }
    const result = helper(this, [a, b, c, d, e], whole, frame as CallFrame)
    return typeof result === "bigint" ? Number(BigInt.asIntN(64, result)) : result
  }

  /** Puts bytes, a text with its NUL, or 64-bit words into kernel memory. */
  put(content: Uint8Array | string | readonly bigint[]): number {
    const bytes = contentBytes(content)
    const address = this.memory.alloc(bytes.length)
    this.memory.write(address, bytes)
    return address
  }

  putUser(content: Uint8Array | string): number {
    const bytes = contentBytes(content)
    const address = this.memory.allocUser(bytes.length)
    this.memory.write(address, bytes)
    return address
  }

  get runningCpu(): number {
    return this.memory.runningCpu
  }

  set runningCpu(cpu: number) {
    this.memory.runningCpu = cpu
  }

  cpu(): number {
    return this.runningCpu
  }

  now(): bigint {
    this.#now += 5_000_000n
    return this.#now
  }

  random(): number {
    return 4
  }

  nextOrder(): number {
    return this.memory.nextOrder()
  }

  currentTask(): CurrentTask {
    return { ...this.task, group: {} as Cgroup }
  }

  isOperations(): boolean {
    return false
  }

  taskOfPid(pid: number): number | undefined {
    return pid === this.task.pid ? this.task.address : undefined
  }

  acquireTask(address: number): boolean {
    return address === this.task.address
  }

  releaseTask(address: number): boolean {
    return address === this.task.address
  }

  areaFrom(): undefined {
    return undefined
  }

  tasks(): readonly number[] {
    return [this.task.address]
  }

  callStack(): bigint[] {
    return [0x1000n, 0x2000n]
  }

  openMap(): number {
    throw new Error("the test's kernel has no descriptors")
  }

  mapOfDescriptor(): undefined {
    return undefined
  }

  closeDescriptor(): boolean {
    return false
  }

  addressOf(): undefined {
    return undefined
  }

  sequenceAt(): undefined {
    return undefined
  }

  areaOf(): undefined {
    return undefined
  }

  putOff(): boolean {
    return true
  }

  sendSignal(signal: number): number {
    this.sent.push(signal)
    return 0
  }

  userRegisters(task: number): number {
    return task + 64
  }

  mapAt(address: number): MapStorage | undefined {
    return this.#maps.get(address)
  }

  maps(): Iterable<MapStorage> {
    return this.#maps.values()
  }

  mapById(id: number): MapStorage | undefined {
    return [...this.#maps.values()].find(map => map.id === id)
  }

  socketByDescriptor(fd: number): HeldSocket | undefined {
    return this.sockets.get(fd)
  }

  inodeByDescriptor(fd: number): number | undefined {
    return this.inodes.get(fd)
  }

  socketAt(): undefined {
    return undefined
  }

  groupByDescriptor(fd: number): number | undefined {
    return this.groups.get(fd)
  }

  groupById(id: number): number | undefined {
    return this.groups.get(id)
  }

  programById(id: number): TailTarget | undefined {
    return this.programs.get(id)
  }

  deviceByIndex(index: number): MapDevice | undefined {
    return this.devices.get(index)
  }

  readonly runCallback: CallbackRunner = (_kind, callback) => {
    this.called.push(callback)
  }

  releaseKernelObject(struct: string, address: number): void {
    this.released.push([struct, address])
  }

  functionName(): undefined {
    return undefined
  }

  perCpuVariable(): undefined {
    return undefined
  }

  symbolAt(address: bigint): { readonly name: string; readonly offset: number } | undefined {
    return address >= 0xffff_ffff_8100_0000n
      ? { name: "_text", offset: Number(address - 0xffff_ffff_8100_0000n) }
      : undefined
  }

  print(text: string): void {
    this.printed.push(text)
  }
}

function contentBytes(content: Uint8Array | string | readonly bigint[]): Uint8Array {
  if (typeof content === "string") return encodeUtf8(`${content}\0`)
  return content instanceof Uint8Array ? content : new Uint8Array(BigUint64Array.from(content).buffer)
}

/** A key of 4 bytes. */
export function key(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}

/** A value of 8 bytes. */
export function value(number: bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(number).buffer)
}
