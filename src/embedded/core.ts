import type { KernelProfile } from "../profile/index.ts"
import type { Architecture } from "./architecture/index.ts"
import type { Cgroup, CgroupTree, GroupRun } from "./cgroups/index.ts"
import type { Clock } from "./clock.ts"
import type { FileTree } from "./files/index.ts"
import type { Receivers } from "./infrared/index.ts"
import type { Sequence } from "./iterators/index.ts"
import type { KernelLog } from "./kernel-log.ts"
import type { MapStorage, RedirectInfo } from "./maps/index.ts"
import type { KernelMemory, KernelTypes } from "./memory/index.ts"
import type { Network } from "./network/index.ts"
import type { BpfFileSystem, ObjectStore } from "./objects/index.ts"
import type { EmbeddedProgram } from "./programs/program.ts"
import type { Contexts } from "./programs/run-each.ts"
import type { TracedFunctions } from "./programs/traced-functions.ts"
import type { Sockets } from "./sockets/sockets.ts"
import type { CongestionControls } from "./struct-ops/index.ts"
import type { SoftwareEvents } from "./tasks/software-events.ts"
import type { Task } from "./tasks/task.ts"
import type { FunctionSites } from "./tracing/function-sites.ts"
import type { Attachment, TracingHooks } from "./tracing/hooks.ts"
import type { UserHooks } from "./user/index.ts"

/** What every subsystem of the embedded kernel stands on, and nothing of the outside. */
export interface KernelCore {
  readonly profile: KernelProfile
  readonly architecture: Architecture
  readonly memory: KernelMemory
  readonly types: KernelTypes
  readonly clock: Clock
  readonly hooks: TracingHooks
  readonly userHooks: UserHooks
  /** Functions of programs that other programs watch. */
  readonly tracedFunctions: TracedFunctions
  readonly congestionControls: CongestionControls
  readonly functions: FunctionSites
  readonly files: FileTree
  readonly cgroups: CgroupTree
  readonly network: Network
  readonly cpus: number
  /** Programs, maps, links and BTF by id. */
  readonly objects: ObjectStore
  /** Paths that keep them. */
  readonly bpfFiles: BpfFileSystem
  /** What iterators that are being read write to, by address. */
  readonly sequences: Map<number, Sequence>
  readonly sockets: Sockets
  readonly log: KernelLog
  /** What the program that ran last on this processor said of where its packet goes. */
  readonly redirect: RedirectInfo
  readonly receivers: Receivers
  /** The sysctl kernel.perf_event_paranoid. */
  readonly perfEventParanoid: [number]
  /** What is on the CPU while nothing is to do. */
  readonly idle: Task
  /** The functions of the kernel that the task on the CPU is in, by address, outermost first. */
  readonly calls: bigint[]
  /** The task on the CPU. */
  current: Task
  readonly softwareEvents: SoftwareEvents
  /** True when the profile's release is at least this one. */
  since(release: string): boolean
  /** Runs one attached program; the answer is r0. */
  run(attachment: Attachment, context: number, facts: HookFacts): bigint
  /** Runs it many times in a row, in one call into WebAssembly; each r0 goes to memory. */
  runMany(attachment: Attachment, contexts: Contexts, facts: HookFacts): void
  /** What the current task does last in the kernel: it meets the signals that wait for it. */
  returnToUser(): void
  nextPid(): number
  /** The next 32 deterministic random bits. */
  random(): number
  /** The control group of the task whose task_struct stands at an address. */
  groupOfTask(address: number): Cgroup | undefined
  programById(id: number): EmbeddedProgram | undefined
  /** All processes by pid, the idle task first. */
  processes(): readonly Task[]
  /** The task_structs of all processes: the idle task first, the others by pid. */
  tasks(): readonly number[]
  maps(): Iterable<MapStorage>
  mapById(id: number): MapStorage | undefined
  programs(): Iterable<EmbeddedProgram>
  /** A number for one walk of an iterator. */
  nextSession(): number
  /** The kernel object at this address is gone: maps give back what they kept for it. */
  forgetOwner(owner: number): void
}

/** What a hook knows that helpers ask for. */
export interface HookFacts {
  /** The flags column of trace pipe lines that programs on this kind of hook produce. */
  readonly traceFlags: string
  readonly functionAddress?: bigint
  readonly traced?: { readonly args: readonly bigint[]; readonly returned: bigint | undefined }
  /** On hooks of control groups: whose, and what the caller will get. */
  readonly group?: GroupRun
  /** Of a perf event's sample: how far it has counted, and for how many nanoseconds. */
  readonly sample?: { readonly counter: bigint; readonly enabled: bigint }
  /** Of a session, entry and return of one call: where their 8 common bytes are. */
  readonly session?: { readonly cookie: number; readonly isReturn: boolean }
}
