/** Handed to the program as bpf_get_attach_cookie(), where the hook knows cookies. */
interface WithCookie {
  readonly cookie?: bigint
}

/** Where among several programs of one hook: at the end when nothing is told. */
export interface Order {
  readonly before?: Neighbour
  readonly after?: Neighbour
}

/** Which control groups an iterator visits from one on, and how. */
export type CgroupOrder = keyof typeof CGROUP_ORDERS

/** `enum bpf_cgroup_iter_order`. */
export const CGROUP_ORDERS = { self: 1, parentsFirst: 2, childrenFirst: 3, upwards: 4 } as const

/** A program that stands there, by its id or by its link's. */
export type Neighbour = number | { readonly link: number }

/**
 * Where a program is attached: a plain value, one shape a kind, the same on both kernels.
 */
export type AttachPoint = WithCookie &
  (
    | { readonly kind: "kprobe"; readonly function: string; readonly offset?: number }
    | { readonly kind: "kretprobe"; readonly function: string }
    /** A system call by its bare name ("execve"); the architecture's prefix is found at attach. */
    | { readonly kind: "ksyscall"; readonly syscall: string; readonly return?: boolean }
    /** Many functions at once: by pattern ("tcp_*") or by name, `cookies` in their order. */
    | {
        readonly kind: "kprobeMulti"
        readonly functions: string | readonly string[]
        readonly cookies?: readonly bigint[]
        readonly return?: boolean
        /** One program for entry and return, whose return value decides whether the return is wanted. */
        readonly session?: boolean
      }
    | { readonly kind: "tracepoint"; readonly category: string; readonly name: string }
    | { readonly kind: "rawTracepoint"; readonly name: string }
    /** fentry, fexit, fmod_ret, tp_btf, lsm or freplace: the target was fixed when the program was loaded. */
    | { readonly kind: "trace" }
    /** A function of a program or library, "name" or "name@version"; `offset` from it, or in the file without a symbol. */
    | {
        readonly kind: "uprobe" | "uretprobe"
        readonly binary: string
        readonly symbol?: string
        readonly offset?: number
        /** Only this process; every process when left out. */
        readonly pid?: number
      }
    | {
        readonly kind: "uprobeMulti"
        readonly binary: string
        readonly functions: string | readonly string[]
        readonly cookies?: readonly bigint[]
        readonly pid?: number
        readonly return?: boolean
        readonly session?: boolean
      }
    /** A statically defined probe of a program or library. */
    | {
        readonly kind: "usdt"
        readonly binary: string
        readonly provider: string
        readonly name: string
        readonly pid?: number
      }
    /** Samples of a perf event: every `period` events, or `frequency` times a second. */
    | {
        readonly kind: "perfEvent"
        readonly event:
          | "cpu-clock"
          | "task-clock"
          | "page-faults"
          | "context-switches"
          | "cpu-cycles"
          | "instructions"
        readonly period?: number
        readonly frequency?: number
        /** Only this process or CPU; every CPU when neither is told. */
        readonly pid?: number
        readonly cpu?: number
      }
    /**
     * An iterator; of map elements, over the map of this id; of tasks, over one by its id; of cgroups, from one (its path or
     * id, the root when left out) downwards, parents first, unless told otherwise.
     */
    | {
        readonly kind: "iter"
        readonly map?: number
        readonly task?: number
        readonly cgroup?: string | bigint
        readonly order?: CgroupOrder
      }
    | {
        readonly kind: "xdp"
        readonly interface: string
        /** The kernel chooses when left out: native where the driver has it. */
        readonly mode?: "native" | "generic" | "offload"
        /** "netlink" attaches as `ip link set … xdp` does: beyond the life of this process. */
        readonly by?: "link" | "netlink"
        /** By netlink: put it in place of the program that is there. */
        readonly replace?: boolean
      }
    /** A filter of the clsact qdisc, in direct-action mode; a sched_act program is the action of one that matches all. */
    | {
        readonly kind: "tc"
        readonly interface: string
        readonly direction: "ingress" | "egress"
        readonly priority?: number
        readonly handle?: number
        readonly replace?: boolean
      }
    | ({
        readonly kind: "tcx"
        readonly interface: string
        readonly direction: "ingress" | "egress"
      } & Order)
    | ({ readonly kind: "netkit"; readonly interface: string; readonly end: "primary" | "peer" } & Order)
    /** A control group, by its path in the cgroup2 file system. */
    | {
        readonly kind: "cgroup"
        readonly path: string
        /** "attach" is bpf_prog_attach: beyond the life of this process, with these flags. */
        readonly by?: "link" | "attach"
        readonly flags?: readonly ("override" | "multi" | "preorder")[]
        /** With "multi": the program of this id gives up its place. */
        readonly replaces?: number
      }
    /** A network namespace, "/proc/self/ns/net" when no path is told: sk_lookup and flow_dissector. */
    | {
        readonly kind: "netns"
        readonly path?: string
        /** "attach" is bpf_prog_attach, for flow_dissector: on the namespace of this process, beyond its life. */
        readonly by?: "link" | "attach"
      }
    /** An open socket of this process, by descriptor: as its filter, or as selector of its reuseport group. */
    | { readonly kind: "socket"; readonly fd: number; readonly reuseport?: boolean }
    /** A sockmap or sockhash, by id: sk_msg and sk_skb. Links are taken since 6.10. */
    | { readonly kind: "sockmap"; readonly map: number; readonly by?: "link" | "attach" }
    /** A lightweight tunnel: packets of a route that is made for it. */
    | {
        readonly kind: "lwt"
        /** "10.9.9.0/24". */
        readonly route: string
        readonly interface: string
        /** "seg6local" is the End.BPF action of IPv6 segment routing. */
        readonly hook: "in" | "out" | "xmit" | "seg6local"
      }
    | {
        readonly kind: "netfilter"
        readonly family: "ipv4" | "ipv6"
        readonly hook: "prerouting" | "input" | "forward" | "output" | "postrouting"
        readonly priority: number
        readonly defragment?: boolean
      }
    /** An infrared receiver: "/dev/lirc0". */
    | { readonly kind: "lirc"; readonly device: string }
    /** A place only its section name describes: a kind that has no shape of its own yet. */
    | { readonly kind: "section"; readonly section: string }
  )

export type AttachKind = AttachPoint["kind"]
/** The point of one kind. */
export type AttachPointOf<Kind extends AttachKind> = Extract<AttachPoint, { readonly kind: Kind }>

/** One line for people: "kprobe do_unlinkat+0x0", "tracepoint syscalls/sys_enter_execve". */
export function describePoint(point: AttachPoint): string {
  switch (point.kind) {
    case "kprobe":
      return `kprobe ${point.function}+0x${(point.offset ?? 0).toString(16)}`
    case "kretprobe":
      return `kretprobe ${point.function}`
    case "ksyscall":
      return `${point.return ? "kretsyscall" : "ksyscall"} ${point.syscall}`
    case "kprobeMulti":
      return `${probeName("kprobe", point)}.multi ${listOf(point.functions)}`
    case "tracepoint":
      return `tracepoint ${point.category}/${point.name}`
    case "rawTracepoint":
      return `raw_tracepoint ${point.name}`
    case "trace":
      return "trace"
    case "uprobe":
    case "uretprobe":
      return `${point.kind} ${point.binary}:${point.symbol ?? ""}+0x${(point.offset ?? 0).toString(16)}`
    case "uprobeMulti":
      return `${probeName("uprobe", point)}.multi ${point.binary}:${listOf(point.functions)}`
    case "usdt":
      return `usdt ${point.binary}:${point.provider}:${point.name}`
    case "perfEvent":
      return `perf_event ${point.event}`
    case "iter":
      return "iter"
    case "xdp":
      return `xdp ${point.interface}${point.mode ? ` ${point.mode}` : ""}`
    case "tc":
    case "tcx":
      return `${point.kind} ${point.interface} ${point.direction}`
    case "netkit":
      return `netkit ${point.interface} ${point.end}`
    case "cgroup":
      return `cgroup ${point.path}`
    case "netns":
      return `netns ${point.path ?? "/proc/self/ns/net"}`
    case "socket":
      return `${point.reuseport ? "reuseport group of " : ""}socket ${point.fd}`
    case "sockmap":
      return `sockmap ${point.map}`
    case "lwt":
      return `lwt ${point.hook} ${point.route} dev ${point.interface}`
    case "netfilter":
      return `netfilter ${point.family} ${point.hook} ${point.priority}`
    case "lirc":
      return `lirc ${point.device}`
    case "section":
      return point.section
    default:
      return point satisfies never
  }
}

function probeName(
  base: string,
  { session, return: isReturn }: { session?: boolean; return?: boolean },
): string {
  if (session) return `${base}.session`
  return isReturn ? base.replace("probe", "retprobe") : base
}

function listOf(functions: string | readonly string[]): string {
  return typeof functions === "string" ? functions : functions.join(",")
}
