import type { AttachPointOf } from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { attachIterator } from "./iterator.ts"
import { attachKprobeMulti } from "./kprobe-multi.ts"
import { attachPerfEvent } from "./perf-sampling.ts"
import { attachUserProbe } from "./uprobe.ts"
import { attachUprobeMulti } from "./uprobe-multi.ts"
import { attachUsdt } from "./usdt.ts"

export type ProbePoint = AttachPointOf<
  "kprobeMulti" | "uprobe" | "uretprobe" | "uprobeMulti" | "usdt" | "perfEvent" | "iter"
>

/** Probes of many functions and of user space, samples and iterators. Throws AttachError. */
export function attachProbe(host: AttachHost, program: LoadedProgram, point: ProbePoint): Attached {
  switch (point.kind) {
    case "kprobeMulti":
      return attachKprobeMulti(host, program, point)
    case "uprobe":
    case "uretprobe":
      return attachUserProbe(host, program, point)
    case "uprobeMulti":
      return attachUprobeMulti(host, program, point)
    case "usdt":
      return attachUsdt(host, program, point)
    case "perfEvent":
      return attachPerfEvent(host, program, point)
    case "iter":
      return attachIterator(host, program, point)
    default:
      return point satisfies never
  }
}
