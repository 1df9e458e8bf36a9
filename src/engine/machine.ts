import type { Instruction } from "../isa/index.ts"
import type { Arena } from "./arena.ts"
import type { NativeCalls } from "./native-calls.ts"

/** Code that an engine can run: map and variable loads are already plain 64-bit constants. */
export interface ExecutableProgram {
  readonly instructions: readonly Instruction[]
  /** First slots of functions that only the machine calls, such as an exception callback; most programs have none. */
  readonly entries?: readonly number[]
  /**
   * What is true in every run, as a verifier may have found: the optimising compiler believes it where it found out less
   * itself, and drops checks for it.
   */
  readonly facts?: readonly Fact[]
  /** The arena that its casts are about. */
  readonly arena?: Arena
  /** The source line a slot comes from, for faults: `count.bpf.c:12: x = *p`. */
  describe?(slot: number): string | undefined
}

/** A register holds an unsigned number from `low` to `high`, both below 2^52, before the instruction at a slot. */
export interface Fact {
  readonly slot: number
  /** r0 … r9. */
  readonly register: number
  readonly low: number
  readonly high: number
}

/**
 * What a running program sees. A BPF pointer is an offset in `memory`; what is added to it while a program runs comes
 * into view with the next run.
 * The first 64 KiB stay unused: a load there gives 0 (as fault-tolerant loads of BTF pointers do in Linux), a
 * store there is a fault, as is any access outside the memory.
 */
export interface Machine {
  readonly memory: WebAssembly.Memory
  /**
   * Bytes of `memory` for frames, 512 a frame, used from the top down; the lowest 512 are the engines' own. Runs that nest (a helper that runs another
   * program on this machine) share it: machines with the same `stack` object share one stack pointer.
   */
  readonly stack: StackRange
  /** Calls a helper by id with r1 … r5 as unsigned 64 bits. The result becomes r0, cut to 64 bits. */
  call(helper: number, args: CallArguments, frame: CallFrame): CallResult
  /** Calls a kernel function by BTF id; `module` is the call's `off`, 0 for vmlinux. */
  callKfunc(btfId: number, module: number, args: CallArguments, frame: CallFrame): CallResult
  /**
   * Packet bytes for the classic loads (`skb[…]`) as a number in host byte order; undefined when they are not
   * there, which ends the function with r0 = 0. `context` is r6. Machines without packets leave it out.
   */
  loadPacket?(context: bigint, offset: number, size: 1 | 2 | 4): number | undefined
  /** Helper calls that compiled programs make without leaving WebAssembly. */
  readonly natives?: NativeCalls
  /** Instructions that one run may take, callbacks and tail-called programs included; no limit when undefined. */
  readonly fuel?: bigint
  /** How often a frame's may_goto may go on; Linux's 8,388,608 when undefined. */
  readonly loopBudget?: number
}

export interface StackRange {
  readonly base: number
  readonly size: number
}

/** r1 … r5, unsigned. */
export type CallArguments = readonly [bigint, bigint, bigint, bigint, bigint]

/** The value of r0, or a signal that redirects the program. */
export type CallResult = bigint | TailCall | ProgramExit

/**
 * Returned by a helper to continue in another program: it takes over the frame with r1 as it was and never comes
 * back. After 33 of them in one run the signal does nothing and the program goes on behind the call.
 */
export class TailCall {
  readonly program: ExecutableProgram

  constructor(program: ExecutableProgram) {
    this.program = program
  }
}

/** Returned by a kernel function to end the whole run, all frames and callbacks, with this result (bpf_throw). */
export class ProgramExit {
  readonly result: bigint

  constructor(result: bigint) {
    this.result = result
  }
}

/** The program's side of a call, for helpers that need more than arguments. */
export interface CallFrame {
  /** The program that runs now: after a tail call, the one that was called. */
  readonly program: ExecutableProgram
  /** Slot of the call. */
  readonly slot: number
  /** r10 of the calling function. */
  readonly framePointer: bigint
  /**
   * Runs a function of this program and gives its r0. `slot` is what a function load (`subprog[…]`) put into a
   * register, so an argument can be passed on as it is. Missing arguments are 0.
   */
  callSubprogram(slot: bigint | number, args: readonly bigint[]): bigint
}

/** Bytes of stack that each function has below its r10. */
export const FRAME_BYTES = 512

/** Functions that may be active at once, callbacks included (MAX_CALL_FRAMES). */
export const MAX_FRAMES = 8

/** Tail calls in one run (MAX_TAIL_CALL_CNT since Linux 5.16). */
export const MAX_TAIL_CALLS = 33

/** Iterations of may_goto in one frame (BPF_MAX_LOOPS). */
export const MAX_LOOPS = 8 * 1024 * 1024

/** Bytes at the start of memory that hold nothing. */
export const UNUSED_BYTES = 0x1_0000
