import { type Errno, NotModelledError } from "../../base/index.ts"
import type { ArchitectureName } from "../../catalog/index.ts"
import type { SystemCallName } from "./x86-64.ts"

/** Members of `struct pt_regs`, as paths in BTF. */
export interface Registers {
  /** Of arguments of kernel functions, in order. */
  readonly functionArguments: readonly string[]
  /** Of arguments of system calls, in order. */
  readonly callArguments: readonly string[]
  readonly result: string
  readonly instruction: string
  readonly stack: string
  readonly callNumber: string
}

/** A machine as kernels and programs see it. */
export interface Architecture {
  readonly name: ArchitectureName
  /** In messages. */
  readonly title: string
  /** What `uname -m` prints. */
  readonly machine: string
  /** What the functions of system calls are named with in front. */
  readonly callPrefix: string
  /** Numbers of the system calls that the model has. */
  readonly calls: Readonly<Partial<Record<SystemCallName, number>>>
  readonly registers: Registers
  /** The structure that user space and programs know registers by (bpf_user_pt_regs_t): the start of `struct pt_regs`. */
  readonly userRegisters: string
  /** What other registers hold in a function of the kernel: members of `struct pt_regs`. */
  readonly inKernel: Readonly<Record<string, number>>
  /** The same where user space has called the kernel, whose first argument is `first`. */
  atCall(number: number, first: bigint): Readonly<Record<string, bigint | number>>
  /** Functions that a system call comes through before its own, and those of an idle processor; innermost first. */
  readonly callFrames: readonly string[]
  readonly idleFrames: readonly string[]
  /** O_DIRECTORY of open(2). */
  readonly directoryFlag: number
  /** The order of arguments of clone(2): whether the new thread's storage comes before where its id goes. */
  readonly cloneStorageFirst: boolean
  /** What the instruction pointer shows in kprobes: bytes behind where they stand. */
  readonly breakpoint: bigint
  /** Whether kprobes run with interrupts off: in the exception that a breakpoint is. */
  readonly breakpointMasksInterrupts: boolean
  /** The release since when functions with a kretprobe return to a breakpoint as well. */
  readonly returnBreakpointSince?: string
  /** Bytes of the marker that global functions begin with, on kernels with this option. */
  readonly entryMarker: { readonly option: string; readonly bytes: number } | undefined
  /** Bytes of the instructions behind it that ftrace makes a call of. */
  readonly ftraceCall: number
  /**
   * What a kprobe finds that many bytes inside a function (not 0), whose entry marker has `marker` bytes: a probe on its
   * start, or Linux's refusal; undefined where only its instructions could tell.
   */
  insideFunction(offset: number, marker: number, isTraceable: boolean): "start" | Errno | undefined
  /** Whether programs of user space, and probes on them, are modelled. */
  readonly hasUserPrograms: boolean
}

/** Kernels whose system calls are not wrapped have functions that take the arguments themselves. */
export const PLAIN_CALL_PREFIX = "__se_sys_"

/** Throws NotModelledError for a call that the architecture does not have. */
export function systemCallNumber({ calls, title }: Architecture, name: SystemCallName): number {
  const number = calls[name]
  if (number !== undefined) return number
  throw new NotModelledError(`${title} has no system call ${name}, or none that is modelled`)
}
