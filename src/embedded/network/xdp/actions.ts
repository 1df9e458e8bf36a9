import type { KernelCore } from "../../core.ts"
import type { TailTarget } from "../../maps/index.ts"
import { XDP_CONTEXT_BYTES, XdpContext } from "../../packets/index.ts"
import { EmbeddedProgram } from "../../programs/program.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import { TRACE_FLAGS } from "../../tracing/trace-flags.ts"
import type { NetDevice } from "../device.ts"
import type { Skb } from "../skb.ts"
import { piecesOf } from "./pieces.ts"
import { xdpException } from "./tracepoints.ts"

export const XDP = { aborted: 0, drop: 1, pass: 2, tx: 3, redirect: 4 } as const

/** bpf_printk in a program, which runs in a softirq. */
export const FACTS = { traceFlags: TRACE_FLAGS.trampoline() }

/** Where a program runs, as it is told. */
export interface XdpSite {
  readonly ingress: NetDevice
  readonly egress?: NetDevice
  /** Frames that are longer than one buffer come in pieces. */
  readonly isSplit?: boolean
}

/** The program of a map's element, as what stands on a hook. */
export function attachmentOf(program: TailTarget): Attachment {
  if (!(program instanceof EmbeddedProgram)) throw new Error("BUG: a map holds a program of another kernel")
  return { program, cookie: 0n, offset: 0 }
}

/**
 * Runs a program on a packet that starts with its link-layer header; the answer is what it returned. The packet is then as the
 * program left it: its start, its end, and metadata before it.
 */
export function runXdp(
  kernel: KernelCore,
  attachment: Attachment,
  skb: Skb,
  { ingress, egress, isSplit = false }: XdpSite,
): number {
  const { memory } = kernel
  const { context, room } = skb
  if (!room) throw new Error("BUG: XDP runs on a packet without room")
  // Since 6.11 what an earlier run has said is forgotten.
  if (kernel.since("6.11")) kernel.redirect.target = undefined
  const at = memory.alloc(XDP_CONTEXT_BYTES)
  const xdp = new XdpContext(memory, at)
  const pieces = isSplit ? piecesOf(kernel, skb) : undefined
  xdp.write({
    start: room.start,
    meta: context.data - skb.metadata,
    data: context.data,
    end: pieces?.end ?? context.end,
    ...(pieces && { fragments: pieces.table }),
    hardEnd: room.end,
    ingress: ingress.index,
    queue: 0,
    ...(egress && { egress: egress.index }),
  })
  kernel.network.xdpDevice = ingress
  try {
    const action = Number(kernel.run(attachment, at, FACTS) & 0xffff_ffffn)
    skb.adopt(xdp)
    return action
  } finally {
    kernel.network.xdpDevice = undefined
    memory.free(at)
    if (pieces) memory.free(pieces.table)
  }
}

/** Which devices the kernel's log and the tracepoint name. */
export interface Drop {
  readonly told: NetDevice | undefined
  readonly traced: NetDevice | undefined
  /** Some places do not know XDP_ABORTED. */
  readonly warnsOfAbort?: boolean
}

/** A program dropped the packet, or said nothing that is done there. Frees it. */
export function dropXdp(
  kernel: KernelCore,
  { program }: Attachment,
  skb: Skb,
  action: number,
  { told, traced, warnsOfAbort = false }: Drop,
): void {
  const isUnknown = action !== XDP.drop && (action !== XDP.aborted || warnsOfAbort)
  if (isUnknown) warnOfAction(kernel, program, action, told)
  if (traced && action !== XDP.drop) xdpException(kernel, traced, program, action)
  skb.free()
}

/** Said once, whichever program it is about. */
export function warnOfAction(
  kernel: KernelCore,
  program: TailTarget,
  action: number,
  device: NetDevice | undefined,
): void {
  const kind = action > XDP.redirect ? "Illegal" : "Driver unsupported"
  const text = `${kind} XDP return value ${action} on prog ${program.name} (id ${program.id}) dev ${device?.name ?? "N/A"}, expect packet loss!`
  kernel.log.warnOnce("bpf_warn_invalid_xdp_action", text)
}
