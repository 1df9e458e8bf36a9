import type { ProgramTypeName } from "../catalog/index.ts"
import {
  actionsOf,
  contextBytes,
  failedRun,
  type RunOptions,
  type RunResult,
  type RunSubject,
} from "../kernel/index.ts"
import { PROG_TEST_RUN } from "./bpf/attributes.ts"
import type { Bpf } from "./bpf/bpf.ts"
import { Scratch } from "./ffi/scratch.ts"
import type { Values } from "./ffi/structure.ts"

/** Types whose context is read and written in place, and nothing else told. */
const CONTEXT_ONLY: readonly ProgramTypeName[] = ["syscall", "raw_tracepoint", "raw_tracepoint_writable"]
/** For these the kernel calls functions of its own, and looks at no input. */
const WITHOUT_INPUT: readonly ProgramTypeName[] = ["tracing"]
/** Programs may add bytes before and behind a packet: so many, or up to the largest one that helpers make (SKB_MAX_ALLOC). */
const [ROOM, MOST_BYTES] = [4096, 16_384]

/**
 * BPF_PROG_TEST_RUN: runs a program once on given input, attached or not. Throws LoadError: ENOTSUPP for types that the kernel
 * cannot run so, EINVAL for input that the type does not take.
 */
export function runProgram(
  bpf: Bpf,
  program: RunSubject & { readonly fd: number },
  options: RunOptions,
): RunResult {
  using scratch = new Scratch(bpf.native)
  const { packet } = options
  const context = contextBytes(program, options.context)
  const isContextOnly = CONTEXT_ONLY.includes(program.type)
  const packetOut =
    packet && allocate(scratch, options.packetRoom ?? Math.max(packet.length + ROOM, MOST_BYTES))
  const contextIn = context && scratch.allocate(context.length)
  if (context) contextIn?.bytes.set(context)
  const contextOut =
    context && !isContextOnly
      ? allocate(scratch, options.contextRoom ?? Math.max(context.length, ROOM))
      : undefined
  const values: Values<typeof PROG_TEST_RUN> = {
    prog_fd: program.fd,
    ...(packet && { data_in: packet, data_size_in: packet.length }),
    ...(packetOut && { data_out: packetOut.address, data_size_out: packetOut.bytes.length }),
    ...(contextIn && { ctx_in: contextIn.address, ctx_size_in: contextIn.bytes.length }),
    ...(contextOut && { ctx_out: contextOut.address, ctx_size_out: contextOut.bytes.length }),
    ...(options.repeat !== undefined && { repeat: options.repeat }),
    ...(options.flags !== undefined && { flags: options.flags }),
    ...(options.cpu !== undefined && { cpu: options.cpu }),
    ...(options.batchSize !== undefined && { batch_size: options.batchSize }),
  }
  const { result: status, attributes } = bpf.try("BPF_PROG_TEST_RUN", PROG_TEST_RUN, values, SHORTEST)
  if (status < 0) throw failedRun(program, -status)
  const result = attributes.retval
  const isDeaf = WITHOUT_INPUT.includes(program.type)
  const contextAfter = isContextOnly
    ? contextIn?.bytes.slice()
    : contextOut?.bytes.slice(0, attributes.ctx_size_out)
  return {
    result,
    action: actionsOf(program)(result),
    packet: (!isDeaf && packetOut?.bytes.slice(0, attributes.data_size_out)) || NOTHING,
    context: (!isDeaf && contextAfter) || NOTHING,
    duration: attributes.duration,
  }
}

/** Up to `ctx_out`: what kernels since 5.2 know. */
const SHORTEST = 64
const NOTHING = new Uint8Array(0)

/** No room at all is none. */
function allocate(scratch: Scratch, bytes: number): ReturnType<Scratch["allocate"]> | undefined {
  return bytes > 0 ? scratch.allocate(bytes) : undefined
}
