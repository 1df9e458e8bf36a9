import { AttachError } from "../base/index.ts"
import type { AttachPointOf } from "./attach-point.ts"

type PerfPoint = AttachPointOf<"perfEvent">

/** Of clocks, when neither period nor frequency is told: an odd number, so as not to run in step with timers. */
const USUAL_FREQUENCY = 99

/** Which events count time, and which the processor counts. */
const CLOCKS: readonly PerfPoint["event"][] = ["cpu-clock", "task-clock"]
const HARDWARE: readonly PerfPoint["event"][] = ["cpu-cycles", "instructions"]

/** Throws AttachError when both a period and a frequency are told. */
export function checkSampling(program: string, { event, period, frequency }: PerfPoint): void {
  if (period === undefined || frequency === undefined) return
  throw new AttachError(`prog '${program}': ${event}: a period or a frequency, not both (EINVAL)`, {
    errno: "EINVAL",
  })
}

/** How often an attachment wants samples: so many times a second, or every `period` events. */
export function samplingOf({ event, period, frequency }: PerfPoint): {
  readonly isClock: boolean
  readonly isHardware: boolean
  readonly frequency: number | undefined
  readonly period: number
} {
  const [isClock, isHardware] = [CLOCKS.includes(event), HARDWARE.includes(event)]
  // Events that count time or work are meant as a rate.
  const usual = period === undefined && (isClock || isHardware) ? USUAL_FREQUENCY : undefined
  return { isClock, isHardware, frequency: frequency ?? usual, period: period ?? 1 }
}
