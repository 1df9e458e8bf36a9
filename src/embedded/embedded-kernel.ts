import { errnoNumber, NotModelledError } from "../base/index.ts"
import { compareReleases } from "../catalog/index.ts"
import { execute, interpret } from "../engine/index.ts"
import {
  type AttachPoint,
  attachPointOf,
  type BpfCall,
  type Kernel,
  type RunInput,
  type RunOptions,
  type RunResult,
  typeOfProgram,
} from "../kernel/index.ts"
import type { ObjectSpec } from "../object/index.ts"
import type { KernelProfile } from "../profile/index.ts"
import type { VerifierKernel } from "../verifier/index.ts"
import { type Architecture, architectureOf } from "./architecture/index.ts"
import { attachProgram } from "./attach/attach.ts"
import { EmbeddedLink } from "./attach/embedded-link.ts"
import { linkTypeOf } from "./attach/link-type.ts"
import { BpfLog } from "./bpf-log/index.ts"
import { type Cgroup, CgroupTree } from "./cgroups/index.ts"
import { Clock } from "./clock.ts"
import type { HookFacts, KernelCore } from "./core.ts"
import { type CallbackRunner, SpecialFields } from "./fields/index.ts"
import { FileTree, pathOf } from "./files/index.ts"
import { ArgumentRefusal, type CurrentTask, type HelperKernel } from "./helpers/index.ts"
import { Receivers } from "./infrared/index.ts"
import type { Sequence } from "./iterators/index.ts"
import { KernelLog } from "./kernel-log.ts"
import { KERNEL_DESTRUCTORS } from "./kfuncs/index.ts"
import { type EmbeddedLoadOptions, type LoadHost, loadObject } from "./load/load-object.ts"
import type { EmbeddedObject } from "./load/loaded-object.ts"
import {
  type HeldSocket,
  type MapAttributes,
  MapDescriptors,
  type MapDevice,
  type MapStorage,
  nativeMaps,
  type RedirectInfo,
} from "./maps/index.ts"
import { KernelMemory, type KernelObject, KernelTypes } from "./memory/index.ts"
import { perCpuVariableAt } from "./memory/per-cpu-section.ts"
import { Network } from "./network/index.ts"
import { BpfFileSystem, ObjectStore } from "./objects/index.ts"
import { READING_TIME } from "./programs/native-helpers.ts"
import type { EmbeddedProgram } from "./programs/program.ts"
import { ProgramRunner } from "./programs/program-runner.ts"
import type { Contexts } from "./programs/run-each.ts"
import { TracedFunctions } from "./programs/traced-functions.ts"
import {
  closeSocket,
  heldSocket,
  IPPROTO,
  Sockets,
  TCP_ERRORS,
  TCP_TRANSPORT,
  UDP_ERRORS,
  UDP_TRANSPORT,
} from "./sockets/index.ts"
import { CongestionControls } from "./struct-ops/index.ts"
import { mountSysctls, sysctlTable } from "./sysctls/index.ts"
import { areaAt, areaFrom } from "./tasks/areas.ts"
import { bootProgram } from "./tasks/boot-program.ts"
import { contextSwitch } from "./tasks/context-switch.ts"
import { PF_EXITING } from "./tasks/exit.ts"
import { deliverSignals, isSignal, sendSignal } from "./tasks/signals.ts"
import { softwareEvents } from "./tasks/software-events.ts"
import { KERNEL_STACK, Task } from "./tasks/task.ts"
import { TaskReferences } from "./tasks/task-references.ts"
import { type RunBatch, runTests } from "./test-run/index.ts"
import { TracePipe } from "./trace-pipe.ts"
import { kernelStack, userStack } from "./tracing/call-stack.ts"
import { FunctionSites } from "./tracing/function-sites.ts"
import { type Attachment, TracingHooks } from "./tracing/hooks.ts"
import { shownFlags } from "./tracing/trace-flags.ts"
import {
  type FunctionTrigger,
  functionTrigger,
  type TracepointTrigger,
  tracepointTrigger,
} from "./triggers/index.ts"
import { UserHooks } from "./user/index.ts"
import { mountVirtualFiles } from "./virtual-files/index.ts"
import { EmbeddedWorld } from "./world/world.ts"

/** What trace lines call the idle task. */
const IDLE_NAME = "<idle>"
const WORKER_PID = 9
/** In a task's flags: it is a thread of the kernel. */
const PF_KTHREAD = 0x0020_0000
/** Where the model's first processes start: a machine that has been up for a while. */
const SHELL_PID = 100
const RANDOM_SEED = 0x2545_f491

export interface EmbeddedKernelOptions {
  /** CPUs of the model; per-CPU maps have as many values. */
  readonly cpus?: number
  /** How much memory the machine has for programs, maps and kernel objects: 512 MiB unless told, rounded up to 64 KiB. */
  readonly memoryBytes?: number
  /** What runs programs: compiled to WebAssembly unless told otherwise. The interpreter is the oracle, and slow. */
  readonly engine?: "wasm" | "interpreter"
  /** The sysctl kernel.unprivileged_bpf_disabled: as the kernel was built unless told. */
  readonly unprivilegedBpfDisabled?: 0 | 1 | 2
  /** Nanoseconds between 1970 and the boot of the model: 2025-01-01 unless told. */
  readonly bootTime?: bigint
  /** Told of every call of bpf(2) that loading and attaching come to; `formatCall` prints them as strace does. */
  readonly onCall?: (call: BpfCall) => void
}

/** A model of Linux in this process: see `bootKernel`. */
export class EmbeddedKernel implements Kernel, KernelCore, HelperKernel, LoadHost {
  readonly profile: KernelProfile
  readonly architecture: Architecture
  readonly cpus: number
  readonly memory: KernelMemory
  readonly types: KernelTypes
  readonly fields: SpecialFields
  readonly clock: Clock
  readonly hooks = new TracingHooks()
  readonly congestionControls = new CongestionControls()
  readonly userHooks = new UserHooks()
  readonly tracedFunctions = new TracedFunctions()
  readonly functions: FunctionSites
  readonly files: FileTree
  readonly cgroups: CgroupTree
  readonly network: Network
  readonly objects = new ObjectStore(this)
  readonly bpfFiles: BpfFileSystem
  readonly calls: bigint[] = []
  readonly softwareEvents = softwareEvents()
  readonly sequences = new Map<number, Sequence>()
  readonly sockets = new Sockets(this)
  readonly receivers: Receivers
  readonly tracePipe = new TracePipe()
  readonly log = new KernelLog()
  readonly redirect: RedirectInfo = { target: undefined }
  readonly world: EmbeddedWorld
  readonly idle: Task
  /** The sysctl kernel.unprivileged_bpf_disabled, and whether it is not 0. */
  readonly unprivilegedBpfDisabled: 0 | 1 | 2
  readonly unprivilegedDisabled: boolean
  readonly perfEventParanoid: [number]
  /** Programs run compiled, not interpreted. */
  readonly isCompiling: boolean
  readonly verifierKernel: VerifierKernel
  readonly bpfLog: BpfLog | undefined
  #current: Task
  readonly #mapDescriptors = new MapDescriptors(this)
  readonly #loaded = new Set<EmbeddedObject>()
  readonly #runner: ProgramRunner
  readonly #init: Task
  readonly #taskReferences: TaskReferences
  #kernelThread: Task | undefined
  #lastPid = SHELL_PID
  #lastSession = 0

  constructor(profile: KernelProfile, options: EmbeddedKernelOptions = {}) {
    this.profile = profile
    this.architecture = architectureOf(profile.architecture)
    this.bpfLog = options.onCall && new BpfLog(options.onCall)
    this.cpus = options.cpus ?? 2
    this.memory = new KernelMemory({
      ...(options.memoryBytes !== undefined && { bytes: options.memoryBytes }),
    })
    this.clock = new Clock(this.memory, options.bootTime)
    this.memory.randomState = RANDOM_SEED
    const isBuiltOff = profile.config("CONFIG_BPF_UNPRIV_DEFAULT_OFF") === "y"
    this.unprivilegedBpfDisabled = options.unprivilegedBpfDisabled ?? (isBuiltOff ? 2 : 0)
    this.unprivilegedDisabled = this.unprivilegedBpfDisabled !== 0
    // Debian's own option: nobody but CAP_SYS_ADMIN.
    this.perfEventParanoid = [profile.config("CONFIG_SECURITY_PERF_EVENTS_RESTRICT") === "y" ? 3 : 2]
    this.verifierKernel = verifierKernel(profile, this.cpus)
    this.types = new KernelTypes(this.memory, profile.btf())
    this.fields = new SpecialFields(this)
    this.functions = new FunctionSites(profile)
    this.files = new FileTree(this.types, this.memory)
    this.files.onForget = inode => this.forgetOwner(inode)
    this.bpfFiles = new BpfFileSystem(this, this.objects)
    this.network = new Network(this)
    mountSysctls(this.files, sysctlTable(this))
    this.receivers = new Receivers(this)
    this.cgroups = new CgroupTree(this)
    this.isCompiling = options.engine !== "interpreter"
    this.#runner = new ProgramRunner(this, this.isCompiling ? execute : interpret)
    this.idle = new Task(this, { pid: 0, comm: "swapper/0", uid: 0, gid: 0 }, undefined)
    this.idle.object.set("mm", 0).set("flags", PF_KTHREAD)
    this.#init = new Task(this, { pid: 1, comm: "init", uid: 0, gid: 0 }, undefined)
    this.#taskReferences = new TaskReferences(this.#init)
    this.#current = this.#init
    this.current = new Task(this, { pid: SHELL_PID, comm: "sh", uid: 0, gid: 0 }, this.#init)
    for (const task of [this.#init, this.current]) bootProgram(this, task, "/bin/sh")
    this.#init.commandLine = ["/sbin/init"]
    this.current.commandLine = ["sh"]
    this.network.transports.set(IPPROTO.tcp, TCP_TRANSPORT).set(IPPROTO.udp, UDP_TRANSPORT)
    this.network.errorHandlers.set(IPPROTO.tcp, TCP_ERRORS).set(IPPROTO.udp, UDP_ERRORS)
    this.sockets.onClose = socket => closeSocket(this, socket)
    mountVirtualFiles(this, this.tracePipe)
    this.world = new EmbeddedWorld(this, this.current)
  }

  get core(): KernelCore {
    return this
  }

  get release(): string {
    return this.profile.release
  }

  config(option: string): string | undefined {
    return this.profile.config(option)
  }

  get bootTime(): bigint {
    return this.clock.bootTime
  }

  async load(object: ObjectSpec, options: EmbeddedLoadOptions = {}): Promise<EmbeddedObject> {
    const loaded = loadObject(object, this, options)
    this.#loaded.add(loaded)
    return loaded
  }

  /** A trace event to fire by hand, "sched/sched_switch", with a record of one's own. Throws SkepError (ENOENT). */
  tracepoint(name: string): TracepointTrigger {
    return tracepointTrigger(this, name)
  }

  /** A kernel function to call by hand, with arguments and a result of one's own. Throws SkepError (ENOENT). */
  function(name: string): FunctionTrigger {
    return functionTrigger(this, name)
  }

  trace(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<string> {
    return this.tracePipe.follow(options.signal)
  }

  forget(object: EmbeddedObject): void {
    this.#loaded.delete(object)
  }

  async attach(program: EmbeddedProgram, point: AttachPoint | undefined): Promise<EmbeddedLink> {
    const type = linkTypeOf(this, program, point ?? attachPointOf(program.spec))
    const id = type ? this.objects.nextId("link") : 0
    const attached = attachProgram(this, program, point, id)
    const indexOf = (name: string) => this.network.current.device(name)?.index ?? 0
    this.bpfLog?.attached(program, attached.point, id, indexOf)
    const onUpdate = (program: number) => this.bpfLog?.updated(id, program)
    return new EmbeddedLink(this, { id, type, onUpdate }, program, attached)
  }

  testRun(program: EmbeddedProgram, inputs: readonly RunInput[], options: RunOptions): RunResult[] {
    const { name, spec, executable } = program
    const type = typeOfProgram(program.type)
    const subject = { name, type, attachType: spec.definition?.attachType, executable }
    const host = {
      core: this,
      program,
      memory: this.memory,
      cpus: this.cpus,
      since: (release: string) => this.since(release),
      macOf: (index: number) => this.network.current.devices.get(index)?.mac,
      runEach: (_subject: unknown, batch: RunBatch) => this.#runner.runBatch(program, batch),
    }
    return runTests(host, subject, inputs, options)
  }

  since(release: string): boolean {
    return compareReleases(this.profile.release, release) >= 0
  }

  run(attachment: Attachment, context: number, facts: HookFacts): bigint {
    return this.#runner.run(attachment, context, facts)
  }

  runMany(attachment: Attachment, contexts: Contexts, facts: HookFacts): void {
    this.#runner.runMany(attachment, contexts, facts)
  }

  get runCallback(): CallbackRunner {
    return this.#runner.runCallback
  }

  worker(): Task {
    if (this.#kernelThread) return this.#kernelThread
    this.#kernelThread = new Task(this, { pid: WORKER_PID, comm: "kworker/0:1", uid: 0, gid: 0 }, this.#init)
    this.#kernelThread.object.set("mm", 0).set("flags", PF_KTHREAD)
    return this.#kernelThread
  }

  releaseKernelObject(struct: string, address: number): void {
    const destroy = KERNEL_DESTRUCTORS[struct]
    if (!destroy)
      throw new NotModelledError(`giving back a ${struct} is not modelled by the embedded kernel yet`)
    destroy(this, address)
  }

  print(text: string): void {
    const { comm, pid } = this.current
    this.clock.advance(1000n)
    this.tracePipe.write({
      comm: pid === 0 ? IDLE_NAME : comm,
      pid,
      cpu: this.cpu(),
      flags: shownFlags(this, this.#runner.traceFlags),
      time: this.clock.now(),
      text,
    })
  }

  /** The task on the CPU. */
  get current(): Task {
    return this.#current
  }

  set current(task: Task) {
    if (task !== this.#current) contextSwitch(this, this.#current, task)
    this.#current = task
    this.memory.currentTask = task.object.address
  }

  returnToUser(): void {
    deliverSignals(this)
  }

  sendSignal(signal: number, toProcess: boolean): number {
    const { current } = this
    const flags = current.object.number("flags")
    // init would take the kernel down with it.
    if ((flags & (PF_KTHREAD | PF_EXITING)) !== 0 || current === this.#init) return -errnoNumber("EPERM")
    // With interrupts off it is put off, and there is one place for one that waits.
    if (!isSignal(signal)) return -errnoNumber("EINVAL")
    if (!this.putOff("send_signal")) return -errnoNumber("EBUSY")
    return sendSignal(this, current, signal, toProcess)
  }

  areaOf(task: number, address: bigint): KernelObject | undefined {
    return areaAt(this, this.#taskAt(task), address)
  }

  areaFrom(task: number, address: bigint): KernelObject | undefined {
    return areaFrom(this, this.#taskAt(task), address)
  }

  #taskAt(address: number): Task {
    const task = this.#taskReferences.at(address)
    if (task) return task
    throw new ArgumentRefusal(`the argument 0x${address.toString(16)} is no task`)
  }

  tasks(): readonly number[] {
    return [this.idle, ...this.#taskReferences.all()].map(({ object }) => object.address)
  }

  /** All processes by pid, the idle task first. */
  processes(): readonly Task[] {
    return [this.idle, ...this.#taskReferences.all()]
  }

  putOff(work: string): boolean {
    return this.#runner.putOff(work)
  }

  currentTask(): CurrentTask {
    const { object, pid, tgid, uid, gid, comm, group } = this.current
    return { address: object.address, pid, tgid, uid, gid, comm, group }
  }

  taskOfPid(pid: number): number | undefined {
    return this.#taskReferences.ofPid(pid)?.object.address
  }

  acquireTask(address: number): boolean {
    return this.#taskReferences.acquire(address)
  }

  releaseTask(address: number): boolean {
    return this.#taskReferences.release(address)
  }

  userRegisters(task: number): number {
    const stack = this.types.at("task_struct", task).number("stack")
    return stack + KERNEL_STACK - this.types.layout("pt_regs").size
  }

  /** One task runs at a time, always here. */
  cpu(): number {
    return this.memory.runningCpu
  }

  now(): bigint {
    this.clock.advance(BigInt(READING_TIME))
    return this.clock.now()
  }

  /** The same sequence in every run. */
  random(): number {
    return nativeMaps(this.memory).functions.random() >>> 0
  }

  mapAt(address: number): MapStorage | undefined {
    return this.objects.mapAt(address)
  }

  callStack(user: boolean): readonly bigint[] {
    return user ? userStack(this) : kernelStack(this)
  }

  openMap(attributes: MapAttributes): number {
    return this.#mapDescriptors.create(this.current, attributes)
  }

  mapOfDescriptor(fd: number): MapStorage | undefined {
    return this.#mapDescriptors.at(this.current, fd)
  }

  closeDescriptor(fd: number): boolean {
    return this.current.closeFile(fd)
  }

  addressOf(symbol: string): bigint | undefined {
    return this.profile.symbols().find(symbol)?.address
  }

  sequenceAt(address: number): Sequence | undefined {
    return this.sequences.get(address)
  }

  programs(): Iterable<EmbeddedProgram> {
    return this.objects.programs.values()
  }

  nextSession(): number {
    return this.#lastSession++
  }

  maps(): Iterable<MapStorage> {
    return this.objects.maps.values()
  }

  programById(id: number): EmbeddedProgram | undefined {
    return this.objects.programs.get(id)
  }

  mapById(id: number): MapStorage | undefined {
    return this.objects.maps.get(id)
  }

  socketByDescriptor(fd: number): HeldSocket | undefined {
    const socket = this.sockets.ofDescriptor(fd)
    return socket ? heldSocket(this, socket) : undefined
  }

  inodeByDescriptor(fd: number): number | undefined {
    const file = this.current.fileAt(fd)
    const inode = file?.number("f_inode")
    if (inode === 0)
      throw new NotModelledError(
        `the inode behind descriptor ${fd}, which is of no file with a name, is not modelled by the embedded kernel yet`,
      )
    return inode
  }

  socketAt(address: number): HeldSocket | undefined {
    const socket = this.sockets.at(address)
    return socket && heldSocket(this, socket)
  }

  groupOfTask(address: number): Cgroup | undefined {
    return this.#taskReferences.at(address)?.group
  }

  groupByDescriptor(fd: number): number | undefined {
    const file = this.current.fileAt(fd)
    const node = file && this.files.nodeOf(file.number("f_path.dentry"))
    return node && this.cgroups.find(pathOf(node))?.object.address
  }

  groupById(id: number): number | undefined {
    return this.cgroups.byId(BigInt(id))?.object.address
  }

  deviceByIndex(index: number): MapDevice | undefined {
    return this.network.current.devices.get(index)
  }

  forgetOwner(owner: number): void {
    for (const map of this.maps()) map.forgetOwner(owner)
  }

  functionName(btfId: number): string | undefined {
    return this.profile.btf().typeOf(btfId, "func")?.name
  }

  isOperations(btfId: number): boolean {
    return this.profile.btf().typeOf(btfId, "struct")?.name.startsWith("bpf_struct_ops_") ?? false
  }

  perCpuVariable(address: bigint): string | undefined {
    return perCpuVariableAt(this.profile.btf(), address)
  }

  symbolAt(address: bigint): { readonly name: string; readonly offset: number } | undefined {
    return this.profile.symbols().at(address)
  }

  nextPid(): number {
    this.#lastPid += 1
    return this.#lastPid
  }

  nextOrder(): number {
    return this.memory.nextOrder()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const object of [...this.#loaded]) await object[Symbol.asyncDispose]()
  }
}

/** The kernel as its verifier sees it. */
function verifierKernel(profile: KernelProfile, cpus: number): VerifierKernel {
  return {
    release: profile.release,
    architecture: profile.architecture,
    btf: profile.btf(),
    config: option => profile.config(option) === "y",
    hasSymbol: name => profile.symbols().find(name) !== undefined,
    cpus,
  }
}
