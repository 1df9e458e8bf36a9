import type { AttachTypeName } from "../../catalog/index.ts"
import type { CallFrame, CallResult } from "../../engine/index.ts"
import type { Cgroup, GroupRun } from "../cgroups/index.ts"
import type { Clock } from "../clock.ts"
import type { KernelCore } from "../core.ts"
import type { SpecialFields } from "../fields/index.ts"
import type { Sequence } from "../iterators/index.ts"
import type { GroupPlace, MapAttributes, MapStorage, RedirectInfo } from "../maps/index.ts"
import type { KernelMemory, KernelObject, KernelTypes } from "../memory/index.ts"
import type { NetNamespace, Redirect, Skb } from "../network/index.ts"
import type { SkbContext } from "../packets/index.ts"

/** What helpers ask of the network. */
export interface HelperNetwork {
  /** Where the packet of the program that runs now is to go. */
  redirect: Redirect | undefined
  /** The packet whose `struct __sk_buff` stands at this address; undefined for those of test runs. */
  skbAt(context: number): Skb | undefined
  /** The packet whose `struct sk_buff` stands at an address. */
  skbOf(object: number): Skb | undefined
  /** The hash of the flow that a packet is of. */
  flowHash(skb: SkbContext, contextAddress: number): number
  /** The namespace of the task on the CPU. */
  readonly current: NetNamespace
}

/** What helpers may ask of the kernel they run in. */
export interface HelperKernel {
  readonly memory: KernelMemory
  /** Structs as this kernel lays them out. */
  readonly types: KernelTypes
  readonly network: HelperNetwork
  readonly cpus: number
  /** The family of the kernel: "6.12". */
  readonly release: string
  /** True when the kernel's release is at least this one. */
  since(release: string): boolean
  /** Time, and what happens when it has come. */
  readonly clock: Clock
  /** What special fields of map values and allocated objects hold. */
  readonly fields: SpecialFields
  /** What the kernel's own functions stand on: sockets, the network, control groups. */
  readonly core: KernelCore
  /** The CPU that is running now. */
  cpu(): number
  /** Nanoseconds since boot, sleep excluded (CLOCK_MONOTONIC). */
  now(): bigint
  /** Nanoseconds between boot and 1970, to make wall-clock time. */
  readonly bootTime: bigint
  /** The next 32 deterministic random bits. */
  random(): number
  /** The task on the CPU. */
  currentTask(): CurrentTask
  /** The task_struct of a thread; undefined when there is no such thread. */
  taskOfPid(pid: number): number | undefined
  /** Takes a reference to a task; false when it is none, or one that is going. */
  acquireTask(address: number): boolean
  /** Gives a reference back; false when no program holds one. */
  releaseTask(address: number): boolean
  /** The struct vm_area_struct at an address of a task, for the caller to free; undefined where nothing is. */
  areaOf(task: number, address: bigint): KernelObject | undefined
  /** The same, or the next one behind that address. */
  areaFrom(task: number, address: bigint): KernelObject | undefined
  /** The task_structs of all processes: the idle task first, the others as they were made. */
  tasks(): readonly number[]
  /** False when work of this kind, which interrupts must be on for, waits already. */
  putOff(work: string): boolean
  /** Sends a signal to the task on the CPU, to its process or the thread alone: 0 or −errno. */
  sendSignal(signal: number, toProcess: boolean): number
  /** Where the registers stand that a task had in user space. */
  userRegisters(task: number): number
  /** Where the program that runs wants its packet to go. */
  readonly redirect: RedirectInfo
  /** The map whose `struct bpf_map` stands at `address`; undefined when none does. */
  mapAt(address: number): MapStorage | undefined
  /** Every map there is. */
  maps(): Iterable<MapStorage>
  /** BPF_MAP_CREATE for the process on the CPU: a descriptor. Throws MapError. */
  openMap(attributes: MapAttributes): number
  mapOfDescriptor(fd: number): MapStorage | undefined
  /** close(2) by the process on the CPU; false when nothing is open under that number. */
  closeDescriptor(fd: number): boolean
  /** Where a symbol of the kernel lies. */
  addressOf(symbol: string): bigint | undefined
  /** Addresses in the functions that the task on the CPU is in, of its program or of the kernel, innermost first. */
  callStack(user: boolean): readonly bigint[]
  /** What an iterator's program writes to, by the address of its struct seq_file. */
  sequenceAt(address: number): Sequence | undefined
  /** The name of a function in the kernel's own types. */
  functionName(btfId: number): string | undefined
  /** The variable of every CPU whose address in its section this is. */
  perCpuVariable(address: bigint): string | undefined
  /** The symbol at a kernel address, for %pS and stack ids. */
  symbolAt(address: bigint): { readonly name: string; readonly offset: number } | undefined
  /** One line for the trace pipe, without task, CPU and time in front. */
  print(text: string, invocation: Invocation): void
}

export interface CurrentTask {
  /** Address of its task_struct. */
  readonly address: number
  /** The thread's id: what the kernel calls pid. */
  readonly pid: number
  /** The process's id: what user space calls pid. */
  readonly tgid: number
  readonly uid: number
  readonly gid: number
  readonly comm: string
  readonly group: Cgroup
}

/** One run of one program on one hook. */
export interface Invocation {
  readonly program: {
    readonly id: number
    readonly name: string
    readonly type: string
    readonly attachType?: AttachTypeName | undefined
  }
  /** What r1 held at entry. */
  readonly context: number
  /** bpf_get_attach_cookie. */
  readonly cookie: bigint
  /** Where the probed function starts, for bpf_get_func_ip; 0 when the hook is no function. */
  readonly functionAddress: bigint
  /** Arguments and return value of the traced function, for bpf_get_func_arg, _ret and _arg_cnt. */
  readonly traced?: { readonly args: readonly bigint[]; readonly returned: bigint | undefined } | undefined
  /** Where the program is attached, of programs on control groups. */
  readonly place?: GroupPlace | undefined
  /** On hooks of control groups. */
  readonly group?: GroupRun | undefined
  /** Of a perf event's sample: how far it has counted, and for how long. */
  readonly sample?: { readonly counter: bigint; readonly enabled: bigint } | undefined
  /** Of a session, for bpf_session_cookie and bpf_session_is_return. */
  readonly session?: { readonly cookie: number; readonly isReturn: boolean } | undefined
}

/**
 * A helper's body. Arguments are r1 … r5 as unsigned 64 bits; the answer becomes r0 (negative numbers as two's
 * complement; `asU64` helps). `frame` lets it call back into the program.
 */
export type HelperFunction = (
  kernel: HelperKernel,
  args: readonly [bigint, bigint, bigint, bigint, bigint],
  invocation: Invocation,
  frame: CallFrame,
) => CallResult | number

/** Helpers by the catalogue's name. What is not in the table is "not modelled", and says so when called. */
export type HelperTable = Readonly<Partial<Record<string, HelperFunction>>>
