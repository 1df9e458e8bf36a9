import { errnoNumber, NotModelledError } from "../../base/index.ts"
import { StackMap } from "../maps/index.ts"
import { ArgumentRefusal, mapArgument, memoryArgument } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"

/** Flags: frames to leave out, and whose stack it is; what storing one may do. */
const SKIP = 0xffn
const [USER, BY_HASH, REPLACE] = [1n << 8n, 1n << 9n, 1n << 10n]
const BUILD_IDS = 1n << 11n
const ADDRESS_BYTES = 8
/** In a task's flags: it is ending. */
const PF_EXITING = 4
const [EFAULT, EINVAL, ENOENT, EOPNOTSUPP] = [
  -errnoNumber("EFAULT"),
  -errnoNumber("EINVAL"),
  -errnoNumber("ENOENT"),
  -errnoNumber("EOPNOTSUPP"),
]

/** Puts the stack that the program was called from into a map; the answer is its number there. */
const stackNumber: HelperFunction = (kernel, [_context, address, flags]) => {
  const map = mapArgument(kernel, address)
  if (!(map instanceof StackMap)) throw new ArgumentRefusal(`map '${map.attributes.name}' is no stack_trace`)
  if ((flags & ~(SKIP | USER | BY_HASH | REPLACE)) !== 0n) return EINVAL
  const stack = kernel.callStack((flags & USER) !== 0n).slice(Number(flags & SKIP))
  if (stack.length === 0) return EFAULT
  return map.store(stack, { byHash: (flags & BY_HASH) !== 0n, replace: (flags & REPLACE) !== 0n })
}

/**
 * Writes a stack to memory of the program, the rest with zeros; the answer is its length in bytes. `stack` is asked once the
 * rest is known to be right.
 */
function writeStack(
  kernel: HelperKernel,
  buffer: bigint,
  size: bigint,
  flags: bigint,
  stack: (user: boolean) => readonly bigint[] | number,
): number {
  const at = memoryArgument(kernel, buffer, size)
  const length = Number(size)
  kernel.memory.bytes.fill(0, at, at + length)
  if ((flags & ~(SKIP | USER | BUILD_IDS)) !== 0n) return EINVAL
  if ((flags & BUILD_IDS) !== 0n) return (flags & USER) === 0n ? EINVAL : EOPNOTSUPP
  if (length % ADDRESS_BYTES !== 0) return EINVAL
  const whole = stack((flags & USER) !== 0n)
  if (typeof whole === "number") return whole
  const skipped = Number(flags & SKIP)
  if (whole.length < skipped || whole.length === 0) return EFAULT
  const kept = whole.slice(skipped, skipped + length / ADDRESS_BYTES)
  kept.forEach((address, index) => {
    kernel.memory.view.setBigUint64(at + index * ADDRESS_BYTES, address, true)
  })
  return kept.length * ADDRESS_BYTES
}

/** Of the task on the CPU. */
const stackBytes: HelperFunction = (kernel, [_context, buffer, size, flags]) =>
  writeStack(kernel, buffer, size, flags, user => kernel.callStack(user))

/**
 * Of any task; what one does that is not on the CPU is not known, unless it has ended: its stack is gone then. Linux finds
 * the helper itself and the program first in the kernel's stack of the task on the CPU; here it starts with what called them.
 */
const taskStack: HelperFunction = (kernel, [address, buffer, size, flags]) => {
  const task = kernel.types.at("task_struct", Number(memoryArgument(kernel, address, 8n)))
  return writeStack(kernel, buffer, size, flags, user => {
    if (task.address === kernel.currentTask().address) return kernel.callStack(user)
    if ((task.number("flags") & PF_EXITING) !== 0) return EFAULT
    if (user) return EOPNOTSUPP
    const who = `${task.text("comm")} (${task.number("pid")})`
    throw new NotModelledError(
      `the stack of ${who}, which is not on the CPU, is not modelled by the embedded kernel yet`,
      { hint: "ask for the stack of bpf_get_current_task_btf()" },
    )
  })
}

/** BPF_F_GET_BRANCH_RECORDS_SIZE. */
const RECORDS_SIZE = 1n

/** The processor keeps no record of branches, as those of most virtual machines. */
const branchRecords: HelperFunction = (_kernel, [_context, _buffer, _size, flags]) =>
  (flags & ~RECORDS_SIZE) === 0n ? ENOENT : EINVAL

/** Bytes of `struct bpf_perf_event_value`. */
const VALUE_BYTES = 24n

/** How far the event has counted whose sample the program runs with. */
const sampleValue: HelperFunction = ({ memory }, [_context, buffer, size], { sample }) => {
  const at = Number(buffer)
  memory.bytes.fill(0, at, at + Number(size))
  if (size !== VALUE_BYTES || !sample) return EINVAL
  memory.view.setBigUint64(at, sample.counter, true)
  memory.view.setBigUint64(at + 8, sample.enabled, true)
  memory.view.setBigUint64(at + 16, sample.enabled, true)
  return 0
}

/** Call stacks, and the samples that they are mostly taken with. */
export const STACK_HELPERS: HelperTable = {
  bpf_get_stackid: stackNumber,
  bpf_get_stack: stackBytes,
  bpf_get_task_stack: taskStack,
  bpf_read_branch_records: branchRecords,
  bpf_perf_prog_read_value: sampleValue,
}
