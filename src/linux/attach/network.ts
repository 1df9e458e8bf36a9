import type { AttachPointOf } from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { attachToCgroup } from "./cgroup.ts"
import { attachToLightweightTunnel } from "./lightweight-tunnel.ts"
import { attachToLirc } from "./lirc.ts"
import { attachToNetfilter } from "./netfilter.ts"
import { attachToNamespace } from "./netns.ts"
import { attachToSocket } from "./socket.ts"
import { attachToSockmap } from "./sockmap.ts"
import { attachToTcx } from "./tcx.ts"
import { attachToTrafficControl } from "./traffic-control.ts"
import { attachToXdp } from "./xdp.ts"

export type NetworkPoint = AttachPointOf<
  "xdp" | "tc" | "tcx" | "netkit" | "cgroup" | "netns" | "socket" | "sockmap" | "lwt" | "netfilter" | "lirc"
>

/** The hooks of the network stack, of control groups and of infrared receivers. Throws AttachError. */
export function attachToNetwork(host: AttachHost, program: LoadedProgram, point: NetworkPoint): Attached {
  switch (point.kind) {
    case "xdp":
      return attachToXdp(host, program, point)
    case "tc":
      return attachToTrafficControl(host, program, point)
    case "tcx":
    case "netkit":
      return attachToTcx(host, program, point)
    case "cgroup":
      return attachToCgroup(host, program, point)
    case "netns":
      return attachToNamespace(host, program, point)
    case "socket":
      return attachToSocket(host, program, point)
    case "sockmap":
      return attachToSockmap(host, program, point)
    case "lwt":
      return attachToLightweightTunnel(host, program, point)
    case "netfilter":
      return attachToNetfilter(host, program, point)
    case "lirc":
      return attachToLirc(host, program, point)
    default:
      return point satisfies never
  }
}
