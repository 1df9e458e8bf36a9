import { AttachError, type Errno, errnoText, NotModelledError } from "../../base/index.ts"
import { type AttachPointOf, checkSampling, samplingOf } from "../../kernel/index.ts"
import type { HookFacts, KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import type { EventListener, Task } from "../tasks/index.ts"
import { kernelStack } from "../tracing/call-stack.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { functionRegisters } from "../tracing/pt-regs.ts"
import { type Attacher, requireTypeOfEvent } from "./attached.ts"
import { requireAttachRight } from "./rights.ts"

type PerfPoint = AttachPointOf<"perfEvent">

/** Clocks tick no faster than this. */
const SHORTEST_PERIOD = 10_000n
const NANOSECONDS = 1_000_000_000n
/** `struct bpf_perf_event_data` behind the registers: the period and an address. */
const BEHIND_REGISTERS = 16
const IN_TIMER = "d.h1."

/** perf_event: the program runs with every tick of a clock, in whatever is on the model's CPU then. */
export const attachPerfEvent: Attacher<"perfEvent"> = (kernel, point, attachment) => {
  const { program } = attachment
  checkSampling(program.name, point)
  const { isHardware, isClock, frequency, period } = samplingOf(point)
  const cannotOpen = (errno: Errno, hint: string): AttachError =>
    new AttachError(
      `prog '${program.name}': failed to open perf event ${point.event} of ${targetOf(point)}: ${errnoText(errno)}`,
      { errno, hint },
    )
  requireAttachRight(kernel, program, point, ({ errno, hint }) => cannotOpen(errno, hint))
  if (isHardware)
    throw cannotOpen(
      "ENOENT",
      "this machine shows no hardware counters (virtual machines often have none): cpu-clock works everywhere",
    )
  requireTypeOfEvent(program, point)
  const { event } = point
  if ((event === "context-switches" || event === "page-faults") && frequency === undefined) {
    const listeners = kernel.softwareEvents[event]
    return {
      point,
      remove: countEvents(kernel, listeners, attachment, point, BigInt(period)),
      note: undefined,
    }
  }
  if (!isClock)
    throw new NotModelledError(
      `prog '${program.name}': samples of ${point.event} are not modelled by the embedded kernel yet`,
    )
  const wanted = frequency === undefined ? BigInt(period) : NANOSECONDS / BigInt(frequency)
  const every = wanted < SHORTEST_PERIOD ? SHORTEST_PERIOD : wanted
  return { point, remove: startTicking(kernel, attachment, point, every), note: undefined }
}

function targetOf({ pid, cpu = 0 }: PerfPoint): string {
  return pid !== undefined ? `process ${pid}` : `CPU ${cpu}`
}

/** The answer ends it. */
function startTicking(
  kernel: KernelCore,
  attachment: Attachment,
  { event, pid, cpu }: PerfPoint,
  period: bigint,
): () => void {
  const start = kernel.clock.now()
  let stop = (): void => undefined
  const tick = (): void => {
    const now = kernel.clock.now()
    stop = kernel.clock.schedule(now + period, tick)
    const { current } = kernel
    // A process's clock stands still while it is not on a CPU; of the model's CPUs one runs.
    const isMeant = pid === undefined ? cpu === undefined || cpu === 0 : current.tgid === pid
    if (isMeant && !(event === "task-clock" && current === kernel.idle))
      runSample(kernel, attachment, period, { counter: now - start, enabled: now - start })
  }
  stop = kernel.clock.schedule(start + period, tick)
  return () => stop()
}

/** Runs the program at every `period`-th event, in the task that it is of. The answer ends it. */
function countEvents(
  kernel: KernelCore,
  listeners: Set<EventListener>,
  attachment: Attachment,
  { pid, cpu }: PerfPoint,
  period: bigint,
): () => void {
  const start = kernel.clock.now()
  let [counted, sampled] = [0n, 0n]
  const onEvent = (task: Task): void => {
    const isMeant = pid === undefined ? cpu === undefined || cpu === 0 : task.tgid === pid
    if (!isMeant) return
    counted += 1n
    if (counted - sampled < period) return
    sampled = counted
    runSample(kernel, attachment, period, { counter: counted, enabled: kernel.clock.now() - start })
  }
  listeners.add(onEvent)
  return () => void listeners.delete(onEvent)
}

function runSample(
  kernel: KernelCore,
  attachment: Attachment,
  period: bigint,
  sample: NonNullable<HookFacts["sample"]>,
): void {
  const { architecture, memory, types } = kernel
  const size = types.layout(architecture.userRegisters).size
  const context = memory.alloc(size + BEHIND_REGISTERS)
  const registers = currentRegisters(kernel)
  memory.write(context, memory.read(registers.object.address, size))
  registers.free()
  memory.view.setBigUint64(context + size, period, true)
  kernel.run(attachment, context, { traceFlags: IN_TIMER, sample })
  memory.free(context)
}

/** Those of user space, or where in the kernel the task is. */
function currentRegisters(kernel: KernelCore): { readonly object: KernelObject; free(): void } {
  const [innermost] = kernelStack(kernel)
  if (innermost === undefined) {
    const object = kernel.current.userRegisters()
    const { instruction } = kernel.architecture.registers
    if (object.get(instruction) === 0n) object.set(instruction, kernel.current.codeAddress)
    return { object, free: () => undefined }
  }
  const object = functionRegisters(kernel, innermost, [])
  return { object, free: () => object.free() }
}
