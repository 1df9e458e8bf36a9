import { errnoNumber } from "../../../base/index.ts"
import { CONTEXT_LAYOUTS } from "../../../catalog/details.ts"
import { hasGroupPrograms, runGroupPrograms } from "../../cgroups/index.ts"
import type { KernelCore } from "../../core.ts"
import { fieldOffsets } from "../../packets/index.ts"
import type { Socket } from "../socket.ts"

const FIELD = fieldOffsets("bpf_sockopt")
const { size: CONTEXT } = CONTEXT_LAYOUTS.bpf_sockopt
/** More of a value than this no program sees. */
const PAGE = 4096
/** Programs may write a value that is longer than the caller's: "cubic" where "nv" was. */
const LEAST_BUFFER = 16
const [EFAULT] = [-errnoNumber("EFAULT")]

/** What setsockopt is asked to do. */
export interface OptionRequest {
  readonly level: number
  readonly option: number
  readonly value: Uint8Array
}

/** What is to be done then; "done" when the programs have; or a negative errno. */
export function runSetOptionHook(
  kernel: KernelCore,
  socket: Socket,
  request: OptionRequest,
): OptionRequest | "done" | number {
  const { level, option, value } = request
  const hook = "cgroup_setsockopt"
  if (!hasGroupPrograms(kernel, socket.group, hook)) return request
  return withContext(kernel, socket, request, Math.max(LEAST_BUFFER, value.length), context => {
    const { memory } = kernel
    const refused = runGroupPrograms(kernel, socket.group, hook, context.at)
    if (refused !== 0) return refused
    const length = context.read("optlen")
    if (length === -1) return "done"
    if (length > context.room || length < -1)
      return value.length > PAGE && length >= 0 ? { level, option, value } : EFAULT
    return {
      level: context.read("level"),
      option: context.read("optname"),
      value: length === 0 ? value : memory.read(context.buffer, length),
    }
  })
}

/** What getsockopt gives: `result` is the kernel's own errno, or 0. */
export function runGetOptionHook(
  kernel: KernelCore,
  socket: Socket,
  request: OptionRequest,
  result: number,
  room: number,
): { readonly result: number; readonly value: Uint8Array } {
  const { value } = request
  const hook = "cgroup_getsockopt"
  if (!hasGroupPrograms(kernel, socket.group, hook)) return { result, value }
  return withContext(kernel, socket, request, room, context => {
    if (result !== 0) context.write("optlen", room)
    const answer = runGroupPrograms(kernel, socket.group, hook, context.at, {
      retval: result,
      retvalAt: context.at + FIELD.retval,
    })
    if (answer < 0) return { result: answer, value }
    const length = context.read("optlen")
    if (length > context.room || length < 0)
      return value.length > PAGE && length >= 0 ? { result, value } : { result: EFAULT, value }
    return { result: answer, value: length === 0 ? value : kernel.memory.read(context.buffer, length) }
  })
}

interface OptionContext {
  readonly at: number
  readonly buffer: number
  /** Bytes of the buffer. */
  readonly room: number
  read(field: keyof typeof FIELD): number
  write(field: keyof typeof FIELD, value: number): void
}

function withContext<T>(
  kernel: KernelCore,
  socket: Socket,
  { level, option, value }: OptionRequest,
  wanted: number,
  action: (context: OptionContext) => T,
): T {
  const { memory } = kernel
  const room = Math.min(wanted, PAGE)
  const buffer = memory.alloc(room)
  const at = memory.alloc(CONTEXT)
  memory.write(buffer, value.subarray(0, room))
  const context: OptionContext = {
    at,
    buffer,
    room,
    read: field => memory.view.getInt32(at + FIELD[field], true),
    write: (field, number) => memory.view.setInt32(at + FIELD[field], number, true),
  }
  memory.view.setBigUint64(at + FIELD.sk, BigInt(socket.contextAddress), true)
  memory.view.setBigUint64(at + FIELD.optval, BigInt(buffer), true)
  memory.view.setBigUint64(at + FIELD.optval_end, BigInt(buffer + room), true)
  context.write("level", level)
  context.write("optname", option)
  context.write("optlen", value.length)
  try {
    return action(context)
  } finally {
    memory.free(at)
    memory.free(buffer)
  }
}
