import { type AttachPointOf, netfilterReason } from "../../kernel/index.ts"
import { LINK_CREATE } from "../bpf/attributes.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { EINVAL, needs, requireType } from "./bpf-attachment.ts"
import { type Reason, refusal } from "./refusal.ts"
import { linkOf } from "./tracing.ts"

type NetfilterPoint = AttachPointOf<"netfilter">

/** BPF_NETFILTER of enum bpf_attach_type. */
const BPF_NETFILTER = 45
const FAMILIES = { ipv4: 2, ipv6: 10 } as const
const HOOKS = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const
const BPF_F_NETFILTER_IP_DEFRAG = 1
const [ENOENT, EAFNOSUPPORT] = [2, 97]

/** netfilter: a hook of the network namespace of this process, by link, since 6.4. Throws AttachError. */
export function attachToNetfilter(host: AttachHost, program: LoadedProgram, point: NetfilterPoint): Attached {
  requireType(program, point, "netfilter")
  const { result } = host.bpf.try("BPF_LINK_CREATE", LINK_CREATE.netfilter, {
    prog_fd: program.descriptor.fd,
    attach_type: BPF_NETFILTER,
    pf: FAMILIES[point.family],
    hooknum: HOOKS[point.hook],
    priority: point.priority,
    hook_flags: point.defragment ? BPF_F_NETFILTER_IP_DEFRAG : 0,
  })
  if (result < 0) throw refusal(program, point, -result, explain(host, point, -result))
  return linkOf(host, point, result)
}

function explain(host: AttachHost, point: NetfilterPoint, number: number): Reason {
  const { family } = point
  switch (number) {
    case ENOENT:
      return { hint: `load the module nf_defrag_${family}` }
    case EAFNOSUPPORT:
      return { hint: `the kernel puts no fragments of ${family} together: leave out defragment` }
    case EINVAL:
      return needs(host, "a netfilter program", "6.4")
    default:
      return netfilterReason(point, number) ?? {}
  }
}
