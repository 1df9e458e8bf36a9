import { AttachError, NotModelledError } from "../../base/index.ts"
import { type AttachKind, type AttachPoint, attachPointOf, describePoint } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { Attached, Attacher } from "./attached.ts"
import { attachToCgroup } from "./cgroup.ts"
import { attachIterator } from "./iterator.ts"
import { attachKprobe, attachKretprobe, attachKsyscall } from "./kernel-probe.ts"
import { attachKprobeMulti } from "./kernel-probe-multi.ts"
import { attachLightweightTunnel } from "./lightweight-tunnel.ts"
import { attachToLirc } from "./lirc.ts"
import { attachNetfilter } from "./netfilter.ts"
import { attachNetkit } from "./netkit.ts"
import { attachNetworkNamespace } from "./network-namespace.ts"
import { attachPerfEvent } from "./perf-sampling.ts"
import { attachRawTracepoint } from "./raw-tracepoint.ts"
import { attachToSocket } from "./socket.ts"
import { attachToSockmap } from "./sockmap.ts"
import { attachTcx } from "./tcx.ts"
import { attachTrace } from "./trace.ts"
import { attachTraceEvent } from "./trace-event.ts"
import { attachTrafficControl } from "./traffic-control.ts"
import { attachUsdt } from "./usdt.ts"
import { attachUserProbe, attachUserProbes } from "./user-probe.ts"
import { attachXdp } from "./xdp.ts"

/** Who attaches to which kind of point: a file each. */
const ATTACHERS: { readonly [Kind in AttachKind]?: Attacher<Kind> } = {
  kprobe: attachKprobe,
  kretprobe: attachKretprobe,
  ksyscall: attachKsyscall,
  kprobeMulti: attachKprobeMulti,
  tracepoint: attachTraceEvent,
  rawTracepoint: attachRawTracepoint,
  uprobe: attachUserProbe,
  uretprobe: attachUserProbe,
  uprobeMulti: attachUserProbes,
  usdt: attachUsdt,
  perfEvent: attachPerfEvent,
  trace: attachTrace,
  xdp: attachXdp,
  tc: attachTrafficControl,
  tcx: attachTcx,
  netkit: attachNetkit,
  lwt: attachLightweightTunnel,
  netfilter: attachNetfilter,
  netns: attachNetworkNamespace,
  cgroup: attachToCgroup,
  iter: attachIterator,
  lirc: attachToLirc,
  socket: attachToSocket,
  sockmap: attachToSockmap,
}

/** Puts a program where `point` (or its section) says. Throws AttachError with the errno and words libbpf gives. */
export function attachProgram(
  kernel: KernelCore,
  program: EmbeddedProgram,
  wanted: AttachPoint | undefined,
  link: number,
): Attached {
  const point = wanted ?? attachPointOf(program.spec)
  if (!point)
    throw new AttachError(
      `prog '${program.name}': section '${program.spec.section}' names no place to attach`,
      {
        errno: "EINVAL",
        hint: "give attach() an attach point",
      },
    )
  // A point's kind says which of the attachers takes it; the compiler does not follow that.
  const attach = ATTACHERS[point.kind] as Attacher<AttachKind> | undefined
  if (!attach)
    throw new NotModelledError(
      `prog '${program.name}': attaching to ${describePoint(point)} is not modelled by the embedded kernel yet`,
    )
  return attach(kernel, point, { program, cookie: point.cookie ?? 0n, offset: 0, link })
}
