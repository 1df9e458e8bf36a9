import type { LinkTypeName } from "../../catalog/index.ts"
import type { AttachPoint } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { EmbeddedProgram } from "../programs/program.ts"

/** Sockmaps take links since then; before, programs are attached to them without. */
const SOCKMAP_LINKS_SINCE = "6.10"

/** What BPF link an attachment is; undefined where the hook itself keeps the program. */
export function linkTypeOf(
  kernel: KernelCore,
  { target }: EmbeddedProgram,
  point: AttachPoint | undefined,
): LinkTypeName | undefined {
  switch (point?.kind) {
    case undefined:
    case "kprobe":
    case "kretprobe":
    case "ksyscall":
    case "tracepoint":
    case "uprobe":
    case "uretprobe":
    case "usdt":
    case "perfEvent":
      return "perf_event"
    case "kprobeMulti":
      return "kprobe_multi"
    case "uprobeMulti":
      return "uprobe_multi"
    case "rawTracepoint":
      return "raw_tracepoint"
    case "trace":
      return target?.kind === "tp_btf" ? "raw_tracepoint" : "tracing"
    case "iter":
    case "tcx":
    case "netkit":
    case "netfilter":
      return point.kind
    case "xdp":
      return (point.by ?? (point.replace ? "netlink" : "link")) === "link" ? "xdp" : undefined
    case "cgroup": {
      const { flags = [], replaces } = point
      const by = point.by ?? (flags.length > 0 || replaces !== undefined ? "attach" : "link")
      return by === "link" ? "cgroup" : undefined
    }
    case "netns":
      return point.by === "attach" ? undefined : "netns"
    case "sockmap": {
      const by = point.by ?? (kernel.since(SOCKMAP_LINKS_SINCE) ? "link" : "attach")
      return by === "link" ? "sockmap" : undefined
    }
    case "tc":
    case "lwt":
    case "lirc":
    case "socket":
    case "section":
      return undefined
    default:
      return point satisfies never
  }
}
