import { type AttachPointOf, checkSampling, samplingOf } from "../../kernel/index.ts"
import { openPerfEvent, type PerfTarget } from "../ffi/perf-event.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { type Attached, type AttachHost, attachError } from "./attached.ts"
import { combine } from "./combine.ts"
import { attachToEvent } from "./perf-probes.ts"

type PerfPoint = AttachPointOf<"perfEvent">

const [HARDWARE, SOFTWARE] = [0, 1]
/** Type and number of each event (include/uapi/linux/perf_event.h). */
const EVENTS: Readonly<Record<PerfPoint["event"], { type: number; config: number }>> = {
  "cpu-clock": { type: SOFTWARE, config: 0 },
  "task-clock": { type: SOFTWARE, config: 1 },
  "page-faults": { type: SOFTWARE, config: 2 },
  "context-switches": { type: SOFTWARE, config: 3 },
  "cpu-cycles": { type: HARDWARE, config: 0 },
  instructions: { type: HARDWARE, config: 1 },
}
/** The bit of perf_event_attr that makes its period a frequency. */
const FREQUENCY = 1 << 10
const [ENOENT, EOPNOTSUPP] = [2, 95]

/** perf_event: the program runs with every sample of an event, on each CPU, one CPU, or in one process. */
export function attachPerfEvent(host: AttachHost, program: LoadedProgram, point: PerfPoint): Attached {
  const { name } = program.spec
  checkSampling(name, point)
  const { type, config } = EVENTS[point.event]
  const { frequency, period } = samplingOf(point)
  const event = {
    type,
    config,
    sample_period: frequency ?? period,
    flags: frequency === undefined ? 0 : FREQUENCY,
  }
  return combine(point, targetsOf(host, point), target => {
    const result = openPerfEvent(host.bpf.native, event, target)
    if (result < 0)
      throw attachError(
        program,
        `failed to open perf event ${point.event} of ${describe(target)}`,
        -result,
        type === HARDWARE && (result === -ENOENT || result === -EOPNOTSUPP)
          ? "this machine shows no hardware counters (virtual machines often have none): cpu-clock works everywhere"
          : undefined,
      )
    return attachToEvent(host, program, point, result)
  })
}

function targetsOf({ machine }: AttachHost, { pid, cpu }: PerfPoint): PerfTarget[] {
  if (pid !== undefined) return [{ pid, cpu: cpu ?? -1 }]
  return (cpu === undefined ? machine.onlineCpus : [cpu]).map(cpu => ({ pid: -1, cpu }))
}

function describe({ pid, cpu }: PerfTarget): string {
  return pid >= 0 ? `process ${pid}` : `CPU ${cpu}`
}
