import { NotModelledError } from "../../base/index.ts"
import { type AttachPointOf, describePoint } from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Attached, AttachHost } from "./attached.ts"

export type NetworkPoint = AttachPointOf<
  "xdp" | "tc" | "tcx" | "netkit" | "cgroup" | "netns" | "socket" | "sockmap" | "lwt" | "netfilter" | "lirc"
>

export function attachToNetwork(_host: AttachHost, program: LoadedProgram, point: NetworkPoint): Attached {
  throw new NotModelledError(
    `prog '${program.spec.name}': attaching to ${describePoint(point)} is not supported on the Linux kernel yet`,
  )
}
