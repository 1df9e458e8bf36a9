import type { KernelCore } from "../core.ts"
import type { Task } from "../tasks/task.ts"

/** Where in a function it has called the next one: behind its start, so that the symbol is this one. */
const IN_FUNCTION = 16n

/** Addresses in the functions of the kernel that the task on the CPU is in, innermost first; none in user space. */
export function kernelStack(kernel: KernelCore): bigint[] {
  const { architecture, calls, current, idle } = kernel
  if (calls.length > 0)
    return [
      ...calls.toReversed().map(address => address + IN_FUNCTION),
      ...addresses(kernel, architecture.callFrames),
    ]
  return current === idle ? addresses(kernel, architecture.idleFrames) : []
}

function addresses({ profile }: KernelCore, names: readonly string[]): bigint[] {
  return names.flatMap(name => {
    const symbol = profile.symbols().find(name)
    return symbol ? [symbol.address + IN_FUNCTION] : []
  })
}

const userCalls = new WeakMap<Task, bigint[]>()

/** The functions of its program that a task is in, outermost first: callers push and pop. */
export function userCallsOf(task: Task): bigint[] {
  const known = userCalls.get(task)
  if (known) return known
  const calls: bigint[] = []
  userCalls.set(task, calls)
  return calls
}

/** Addresses in the functions of its program that the task on the CPU is in, innermost first; none for the kernel's own threads. */
export function userStack({ architecture, current, idle }: KernelCore): bigint[] {
  if (current === idle || current.codeAddress === 0) return []
  const [, ...callers] = userCallsOf(current).toReversed()
  return [
    current.userRegisters().get(architecture.registers.instruction),
    ...callers.map(address => address + IN_FUNCTION),
  ]
}
