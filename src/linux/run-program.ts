import { errnoName, LoadError } from "../base/index.ts"
import type { ProgramTypeName } from "../catalog/index.ts"
import { PROG_TEST_RUN } from "./bpf/attributes.ts"
import type { Bpf } from "./bpf/bpf.ts"
import { errorText } from "./ffi/call-error.ts"
import { Scratch } from "./ffi/scratch.ts"
import type { Values } from "./ffi/structure.ts"

export interface RunOptions {
  /** The packet, for programs that see one: at least an Ethernet header of 14 bytes. */
  readonly data?: Uint8Array
  /** The context as the program's type has it: `struct __sk_buff`, `struct xdp_md`, a syscall program's own, arguments … */
  readonly context?: Uint8Array
  /** Runs, one after the other; `duration` is their mean. 1 when left out. */
  readonly repeat?: number
  /** BPF_F_TEST_* bits. */
  readonly flags?: number
  /** Raw tracepoints with flag BPF_F_TEST_RUN_ON_CPU: where. */
  readonly cpu?: number
  /** XDP with flag BPF_F_TEST_XDP_LIVE_FRAMES: packets at a time. */
  readonly batchSize?: number
}

export interface RunResult {
  /** What the program returned, as unsigned 32 bits. */
  readonly result: number
  /** The packet afterwards; empty for programs without one. */
  readonly data: Uint8Array
  readonly context: Uint8Array
  /** Nanoseconds of one run; 0 where the kernel does not measure. */
  readonly duration: number
}

/** Types whose context is read and written in place, and nothing else told. */
const CONTEXT_ONLY: readonly ProgramTypeName[] = ["syscall", "raw_tracepoint", "raw_tracepoint_writable"]
/** Programs may add bytes before and behind a packet. */
const ROOM = 4096
const NO_TEST_RUN = 524

/**
 * BPF_PROG_TEST_RUN: runs a program once on given input, attached or not. Throws LoadError: ENOTSUPP for types that the kernel
 * cannot run so, EINVAL for input that the type does not take.
 */
export function runProgram(
  bpf: Bpf,
  program: { readonly fd: number; readonly name: string; readonly type: ProgramTypeName },
  options: RunOptions,
): RunResult {
  using scratch = new Scratch(bpf.native)
  const { data, context } = options
  const isContextOnly = CONTEXT_ONLY.includes(program.type)
  const dataOut = data && scratch.allocate(data.length + ROOM)
  const contextIn = context && scratch.allocate(context.length)
  if (context) contextIn?.bytes.set(context)
  const contextOut = context && !isContextOnly ? scratch.allocate(context.length) : undefined
  const values: Values<typeof PROG_TEST_RUN> = {
    prog_fd: program.fd,
    ...(data &&
      dataOut && {
        data_in: data,
        data_size_in: data.length,
        data_out: dataOut.address,
        data_size_out: dataOut.bytes.length,
      }),
    ...(contextIn && { ctx_in: contextIn.address, ctx_size_in: contextIn.bytes.length }),
    ...(contextOut && { ctx_out: contextOut.address, ctx_size_out: contextOut.bytes.length }),
    ...(options.repeat !== undefined && { repeat: options.repeat }),
    ...(options.flags !== undefined && { flags: options.flags }),
    ...(options.cpu !== undefined && { cpu: options.cpu }),
    ...(options.batchSize !== undefined && { batch_size: options.batchSize }),
  }
  const { result, attributes } = bpf.try("BPF_PROG_TEST_RUN", PROG_TEST_RUN, values, SHORTEST)
  if (result < 0) throw refused(program, -result)
  return {
    result: attributes.retval,
    data: dataOut?.bytes.slice(0, attributes.data_size_out) ?? new Uint8Array(0),
    context: (contextOut ?? contextIn)?.bytes.slice() ?? new Uint8Array(0),
    duration: attributes.duration,
  }
}

/** Up to `ctx_out`: what kernels since 5.2 know. */
const SHORTEST = 64

function refused({ name, type }: { name: string; type: ProgramTypeName }, number: number): LoadError {
  const errno = errnoName(number)
  return new LoadError(`prog '${name}': test run: ${errorText(number)}${errno ? ` (${errno})` : ""}`, {
    ...(errno && { errno }),
    hint:
      number === NO_TEST_RUN
        ? `the kernel has no test run for ${type} programs: attach it, or run it on the embedded kernel`
        : `check data and context against what ${type} programs take: \`skep explain ${type}\``,
  })
}
