import {
  type AttachPointOf,
  BOTH_NEIGHBOURS,
  type Neighbour,
  orderedReason,
  TCX_ELSEWHERE,
} from "../../kernel/index.ts"
import { LINK_CREATE } from "../bpf/attributes.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { interfaceIndex } from "../net/interfaces.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { EINVAL, needs, requireType } from "./bpf-attachment.ts"
import { type Reason, refusal, refusing } from "./refusal.ts"
import { linkOf } from "./tracing.ts"

type TcxPoint = AttachPointOf<"tcx" | "netkit">

/** Of enum bpf_attach_type. */
const ATTACH_TYPES = { ingress: 46, egress: 47, primary: 54, peer: 55 } as const
const FLAGS = { before: 1 << 3, after: 1 << 4, id: 1 << 5, link: 1 << 13 } as const
const SINCE = { tcx: "6.6", netkit: "6.7" } as const

/** tcx and netkit: programs in order on one hook, by link. Throws AttachError. */
export function attachToTcx(host: AttachHost, program: LoadedProgram, point: TcxPoint): Attached {
  requireType(program, point, "sched_cls")
  const index = refusing(program, point, () => interfaceIndex(host.bpf.native, point.interface))
  const values = {
    prog_fd: program.descriptor.fd,
    target_fd: index,
    attach_type: ATTACH_TYPES[point.kind === "tcx" ? point.direction : point.end],
    ...orderOf(program, point),
  }
  const { result } = host.bpf.try("BPF_LINK_CREATE", LINK_CREATE.ordered, values)
  if (result < 0) throw refusal(program, point, -result, explain(host, point, -result))
  return linkOf(host, point, result)
}

function orderOf(
  program: LoadedProgram,
  point: TcxPoint,
): { readonly flags?: number; readonly relative_fd?: number } {
  const { before, after } = point
  if (before !== undefined && after !== undefined) throw refusal(program, point, EINVAL, BOTH_NEIGHBOURS)
  if (before !== undefined) return besides(before, FLAGS.before)
  return after !== undefined ? besides(after, FLAGS.after) : {}
}

function besides(
  neighbour: Neighbour,
  side: number,
): { readonly flags: number; readonly relative_fd: number } {
  return typeof neighbour === "number"
    ? { flags: side | FLAGS.id, relative_fd: neighbour }
    : { flags: side | FLAGS.id | FLAGS.link, relative_fd: neighbour.link }
}

function explain(host: AttachHost, point: TcxPoint, number: number): Reason {
  const { kind } = point
  const old = needs(host, `a ${kind} program`, SINCE[kind])
  if (old.said) return { ...old, hint: kind === "tcx" ? TCX_ELSEWHERE : undefined }
  return orderedReason(point, number)
}
