import { NotModelledError } from "../../base/index.ts"
import { type AttachPointOf, describePoint } from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Attached, AttachHost } from "./attached.ts"

export type ProbePoint = AttachPointOf<
  "kprobeMulti" | "uprobe" | "uretprobe" | "uprobeMulti" | "usdt" | "perfEvent" | "iter"
>

export function attachProbe(_host: AttachHost, program: LoadedProgram, point: ProbePoint): Attached {
  throw new NotModelledError(
    `prog '${program.spec.name}': attaching to ${describePoint(point)} is not supported on the Linux kernel yet`,
  )
}
