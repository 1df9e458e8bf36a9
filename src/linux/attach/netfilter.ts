import type { AttachPointOf } from "../../kernel/index.ts"
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
/** NF_IP_PRI_CONNTRACK_DEFRAG: fragments are put together there. */
const DEFRAGMENTATION_PRIORITY = -400
const [ENOENT, EBUSY, ERANGE, EAFNOSUPPORT] = [2, 16, 34, 97]

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

function explain(host: AttachHost, { priority, family, defragment }: NetfilterPoint, number: number): Reason {
  switch (number) {
    case EBUSY:
      return {
        said: `a BPF program stands on this hook with priority ${priority}`,
        hint: "take another priority",
      }
    case ERANGE:
      return {
        said: `priority ${priority} is kept for others`,
        hint: defragment
          ? `with defragment it must be above ${DEFRAGMENTATION_PRIORITY}`
          : "the smallest and the largest number are not to be had",
      }
    case ENOENT:
      return { hint: `load the module nf_defrag_${family}` }
    case EAFNOSUPPORT:
      return { hint: `the kernel puts no fragments of ${family} together: leave out defragment` }
    case EINVAL:
      return needs(host, "a netfilter program", "6.4")
    default:
      return {}
  }
}
