import { errnoNumber } from "../../../base/index.ts"
import type { AttachPointOf } from "../../../kernel/index.ts"
import type { KernelCore } from "../../core.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import { runOnSkb } from "../run-on-skb.ts"
import type { Skb } from "../skb.ts"

export type TunnelHook = AttachPointOf<"lwt">["hook"]

/** The programs of a route (`encap bpf`, or the End.BPF action of seg6local). */
export type Tunnel = Readonly<Partial<Record<TunnelHook, Attachment>>>

/** What tunnel programs answer (enum bpf_ret_code). */
export const TUNNEL = { ok: 0, drop: 2, redirect: 7, reroute: 128 } as const

const [EPERM, EINVAL] = [-errnoNumber("EPERM"), -errnoNumber("EINVAL")]

/** What comes of a packet: it goes on, or another route is looked up; a negative errno when it is dropped. */
export function runTunnel(
  kernel: KernelCore,
  skb: Skb,
  hook: Exclude<TunnelHook, "seg6local">,
  attachment: Attachment | undefined,
): "on" | "reroute" | "redirect" | number {
  if (!attachment) return "on"
  const code = runOnSkb(kernel, skb.contextAddress, attachment)
  switch (code) {
    case TUNNEL.ok:
      return "on"
    case TUNNEL.reroute:
      return "reroute"
    case TUNNEL.redirect:
      // Only on its way out a packet has another device to go to.
      return hook === "xmit" ? "redirect" : "on"
    case TUNNEL.drop:
      return EPERM
    default:
      kernel.log.warnOnce("run_lwt_bpf", `bpf-lwt: Illegal return value ${code >>> 0}, expect packet loss`)
      return EINVAL
  }
}
