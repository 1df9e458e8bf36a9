import { attachType } from "../../catalog/index.ts"
import { type AttachPoint, BPF_ATTRIBUTES, type BpfCommand, type Structure } from "../../kernel/index.ts"

const { LINK_CREATE, PROG_ATTACH, RAW_TRACEPOINT_OPEN } = BPF_ATTRIBUTES

/** A call that attaches. */
export interface LinkCall {
  readonly command: BpfCommand
  readonly structure: Structure
  readonly values: Readonly<Record<string, never>>
  /** True when it gives a descriptor. */
  readonly isLink: boolean
}

export interface LinkParts {
  /** The program's descriptor. */
  readonly program: number
  /** Whether the attachment is a link, as `linkTypeOf` says. */
  readonly isLink: boolean
  /** A descriptor of what it is attached to: a perf event, a folder, a device. */
  open(): number
  interfaceIndex(name: string): number
}

/** What a loader says to bpf(2) to attach a program there; undefined where it goes another way: netlink, a socket's options. */
export function linkCall(
  attachType: string | undefined,
  point: AttachPoint,
  parts: LinkParts,
): LinkCall | undefined {
  const link = (structure: Structure, more: object, type = attachType): LinkCall => {
    const values = { prog_fd: parts.program, target_fd: 0, attach_type: numberOf(type), flags: 0, ...more }
    return call("BPF_LINK_CREATE", structure, values, true)
  }
  const attach = (target: number): LinkCall => {
    const values = { target_fd: target, attach_bpf_fd: parts.program, attach_type: numberOf(attachType) }
    return call("BPF_PROG_ATTACH", PROG_ATTACH, { ...values, attach_flags: 0 }, false)
  }
  switch (point.kind) {
    case "kprobe":
    case "kretprobe":
    case "ksyscall":
    case "tracepoint":
    case "uprobe":
    case "uretprobe":
    case "usdt":
    case "perfEvent": {
      const event = { target_fd: parts.open(), bpf_cookie: point.cookie ?? 0n }
      return link(LINK_CREATE.perfEvent, event, "perf_event")
    }
    case "rawTracepoint": {
      const values = { name: point.name, prog_fd: parts.program }
      return call("BPF_RAW_TRACEPOINT_OPEN", RAW_TRACEPOINT_OPEN, values, true)
    }
    case "trace":
      return link(LINK_CREATE.tracing, {})
    case "iter":
      return link(LINK_CREATE.iter, {})
    case "kprobeMulti":
      return link(LINK_CREATE.kprobeMulti, {})
    case "uprobeMulti":
      return link(LINK_CREATE.uprobeMulti, { path: point.binary })
    case "netfilter":
      return link(LINK_CREATE.netfilter, { priority: point.priority })
    case "xdp":
      return parts.isLink
        ? link(LINK_CREATE.plain, { target_fd: parts.interfaceIndex(point.interface) }, "xdp")
        : undefined
    case "tcx":
    case "netkit":
      return link(LINK_CREATE.ordered, { target_fd: parts.interfaceIndex(point.interface) })
    case "cgroup":
    case "netns":
    case "sockmap":
      return parts.isLink ? link(LINK_CREATE.plain, { target_fd: parts.open() }) : attach(parts.open())
    case "lirc":
      return attach(parts.open())
    default:
      return undefined
  }
}

function numberOf(type: string | undefined): number {
  return (type === undefined ? undefined : attachType(type)?.number) ?? 0
}

function call(command: BpfCommand, structure: Structure, values: object, isLink: boolean): LinkCall {
  return { command, structure, values: values as LinkCall["values"], isLink }
}
