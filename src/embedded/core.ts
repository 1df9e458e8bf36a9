import type { KernelProfile } from "../profile/index.ts"
import type { CgroupTree, GroupRun } from "./cgroups/index.ts"
import type { Clock } from "./clock.ts"
import type { FileTree } from "./files/index.ts"
import type { Receivers } from "./infrared/index.ts"
import type { MapStorage } from "./maps/index.ts"
import type { KernelMemory, KernelTypes } from "./memory/index.ts"
import type { Network } from "./network/index.ts"
import type { EmbeddedProgram } from "./programs/program.ts"
import type { Sockets } from "./sockets/sockets.ts"
import type { Task } from "./tasks/task.ts"
import type { FunctionSites } from "./tracing/function-sites.ts"
import type { Attachment, TracingHooks } from "./tracing/hooks.ts"

/** What every subsystem of the embedded kernel stands on, and nothing of the outside. */
export interface KernelCore {
  readonly profile: KernelProfile
  readonly memory: KernelMemory
  readonly types: KernelTypes
  readonly clock: Clock
  readonly hooks: TracingHooks
  readonly functions: FunctionSites
  readonly files: FileTree
  readonly cgroups: CgroupTree
  readonly network: Network
  readonly sockets: Sockets
  readonly receivers: Receivers
  /** What is on the CPU while nothing is to do. */
  readonly idle: Task
  /** The task on the CPU. */
  current: Task
  /** True when the profile's release is at least this one. */
  since(release: string): boolean
  /** Runs one attached program; the answer is r0. */
  run(attachment: Attachment, context: number, facts: HookFacts): bigint
  /** What the current task does last in the kernel: it meets the signals that wait for it. */
  returnToUser(): void
  nextPid(): number
  /** The next 32 deterministic random bits. */
  random(): number
  mapById(id: number): MapStorage | undefined
  programById(id: number): EmbeddedProgram | undefined
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
  /** Of a session, entry and return of one call: where their 8 common bytes are. */
  readonly session?: { readonly cookie: number; readonly isReturn: boolean }
}
