import { AttachError, type Errno, errnoText } from "../base/index.ts"
import { type Capability, isSince, type ProgramTypeName, type Release } from "../catalog/index.ts"
import { type AttachKind, type AttachPoint, describePoint } from "./attach-point.ts"

/** Who wants to attach what, and where. */
export interface AttachQuestion {
  readonly point: AttachPoint
  readonly programType: string
  readonly release: Release
  /** Effective ones of the process. */
  readonly capabilities: ReadonlySet<Capability>
  /** The sysctl kernel.perf_event_paranoid. */
  readonly perfEventParanoid: number
}

/** What a kernel asks of a process that attaches a loaded program: one row a check. */
interface AttachRight {
  readonly kinds: readonly AttachKind[]
  /** Which of these points; all of them when left out. */
  readonly on?: (point: AttachPoint, programType: string) => boolean
  /** From this value of the sysctl kernel.perf_event_paranoid on. */
  readonly paranoid?: number
  readonly since?: Release
  readonly until?: Release
  /** One of them is enough. */
  readonly anyOf: readonly Capability[]
  readonly errno: Errno
  /** For what it is asked. */
  readonly to: string
  /** Taking the program off asks the same. */
  readonly detaches?: true
  readonly hint?: string
}

/** Attachments that are made of perf events (perf_event_open(2)). */
const OF_USER_SPACE = ["uprobe", "uretprobe", "usdt"] as const
const OF_THE_KERNEL = ["kprobe", "kretprobe", "ksyscall"] as const
const PERF_EVENTS = [...OF_THE_KERNEL, ...OF_USER_SPACE, "tracepoint", "perfEvent"] as const
const PERFMON = ["CAP_PERFMON", "CAP_SYS_ADMIN"] as const

const isByNetlink = (point: AttachPoint): boolean =>
  point.kind === "xdp" && (point.by ?? (point.replace ? "netlink" : "link")) === "netlink"
const isCgroupLink = ({ by, flags, replaces }: Extract<AttachPoint, { kind: "cgroup" }>): boolean =>
  (by ?? (flags?.length || replaces !== undefined ? "attach" : "link")) === "link"
const isOfPackets = (byLink: boolean) => (point: AttachPoint, type: string) =>
  point.kind === "cgroup" && type === "cgroup_skb" && isCgroupLink(point) === byLink

const BY_NETLINK = {
  anyOf: ["CAP_NET_ADMIN"],
  errno: "EPERM",
  to: "attach and detach by netlink",
  detaches: true,
} as const

/** CAP_SYS_ADMIN stands for CAP_NET_ADMIN where BPF tokens are looked at. */
const TOKENS_SINCE = "6.9"
const GROUP_PACKETS = [
  { until: TOKENS_SINCE, anyOf: ["CAP_NET_ADMIN"] },
  { since: TOKENS_SINCE, anyOf: ["CAP_NET_ADMIN", "CAP_SYS_ADMIN"] },
] as const

/**
 * In the kernel's order, of checks with one answer those first that ask for more. Where there is no row, whoever has the program's descriptor may attach it: links on functions (fentry,
 * kprobe.multi, uprobe.multi), raw tracepoints, XDP, tcx, netkit, netfilter, namespaces and other hooks of control groups ask for
 * nothing beyond the load. Sources: perf_event_open and the event_init functions of perf PMUs (kernel/events/core.c; Debian adds
 * level 3), bpf_prog_attach_check_attach_type and the …_GET_FD_BY_ID commands (kernel/bpf/syscall.c), rtnetlink_rcv_msg
 * (net/core/rtnetlink.c). Measured on 6.1 and 6.12 (test/kernel/suite/attach-rights.ts).
 */
export const ATTACH_RIGHTS: readonly AttachRight[] = [
  {
    kinds: PERF_EVENTS,
    paranoid: 3,
    anyOf: ["CAP_SYS_ADMIN"],
    errno: "EACCES",
    to: "open perf events where kernel.perf_event_paranoid is 3 or more",
    hint: "Debian's kernels start with 3: at 2 CAP_PERFMON is enough, except for probes of user space",
  },
  {
    kinds: OF_USER_SPACE,
    anyOf: ["CAP_SYS_ADMIN"],
    errno: "EACCES",
    to: "put probes on functions of user space",
  },
  {
    kinds: PERF_EVENTS,
    paranoid: 2,
    anyOf: PERFMON,
    errno: "EACCES",
    to: "open perf events of the kernel where kernel.perf_event_paranoid is 2 or more",
  },
  { kinds: OF_THE_KERNEL, anyOf: PERFMON, errno: "EACCES", to: "put probes on functions of the kernel" },
  {
    kinds: ["tracepoint", "perfEvent"],
    on: point => !(point.kind === "perfEvent" && point.pid !== undefined),
    paranoid: 1,
    anyOf: PERFMON,
    errno: "EACCES",
    to: "open perf events of every process where kernel.perf_event_paranoid is 1 or more",
  },
  { kinds: ["xdp"], on: isByNetlink, ...BY_NETLINK },
  { kinds: ["tc", "lwt"], ...BY_NETLINK },
  {
    kinds: ["cgroup"],
    on: point => point.kind === "cgroup" && point.replaces !== undefined,
    anyOf: ["CAP_SYS_ADMIN"],
    errno: "EPERM",
    to: "open the program that is to be replaced, by its id",
  },
  ...GROUP_PACKETS.flatMap(row => [
    {
      kinds: ["cgroup"] as const,
      on: isOfPackets(true),
      ...row,
      errno: "EPERM" as const,
      to: "attach cgroup_skb programs",
    },
    // Whatever is wrong comes out as EINVAL of BPF_PROG_ATTACH.
    {
      kinds: ["cgroup"] as const,
      on: isOfPackets(false),
      ...row,
      errno: "EINVAL" as const,
      to: "attach cgroup_skb programs",
    },
  ]),
  { kinds: ["sockmap"], anyOf: ["CAP_SYS_ADMIN"], errno: "EPERM", to: "open a map by its id" },
  {
    kinds: ["iter"],
    on: point => point.kind === "iter" && point.map !== undefined,
    anyOf: ["CAP_SYS_ADMIN"],
    errno: "EPERM",
    to: "open a map by its id",
  },
]

/** Kinds of points that programs of a type may be attached to, where rows of this table are about them. */
const KINDS: { readonly [Type in ProgramTypeName]?: readonly AttachKind[] } = {
  kprobe: [...OF_THE_KERNEL, ...OF_USER_SPACE],
  tracepoint: ["tracepoint"],
  perf_event: ["perfEvent"],
  tracing: ["iter"],
  xdp: ["xdp"],
  sched_cls: ["tc"],
  sched_act: ["tc"],
  lwt_in: ["lwt"],
  lwt_out: ["lwt"],
  lwt_xmit: ["lwt"],
  lwt_seg6local: ["lwt"],
  cgroup_skb: ["cgroup"],
  sk_skb: ["sockmap"],
  sk_msg: ["sockmap"],
}

/** What attaching programs of a type asks for, a sentence each: "CAP_NET_ADMIN to attach and detach by netlink". */
export function attachRightsOf(type: ProgramTypeName, release: Release): readonly string[] {
  const asked = ATTACH_RIGHTS.filter(
    right =>
      right.kinds.some(kind => KINDS[type]?.includes(kind)) &&
      isOfRelease(right, release) &&
      // Nobody asks for it by default.
      !(right.paranoid !== undefined && right.paranoid < 2),
  )
  return [...new Set(asked.map(({ anyOf, to }) => `${listOf(anyOf)} to ${to}`))]
}

function isOfRelease({ since, until }: AttachRight, release: Release): boolean {
  return (since === undefined || isSince(since, release)) && (until === undefined || !isSince(until, release))
}

/** "CAP_BPF", "CAP_PERFMON, or CAP_SYS_ADMIN,". */
function listOf(anyOf: readonly Capability[]): string {
  return anyOf.join(", or ") + (anyOf.length > 1 ? "," : "")
}

export interface MissingRight {
  readonly errno: Errno
  readonly hint: string
}

/** The first check that a process does not pass; undefined when it may attach. */
export function missingToAttach(question: AttachQuestion): MissingRight | undefined {
  return firstMissed(ATTACH_RIGHTS, question)
}

const DETACH_RIGHTS = ATTACH_RIGHTS.filter(({ detaches }) => detaches)

/** The same for taking a program off. */
export function missingToDetach(question: AttachQuestion): MissingRight | undefined {
  return firstMissed(DETACH_RIGHTS, question)
}

/** Why a program stays where it is: the process may not take it off. */
export function detachRefusal(
  program: { readonly spec: { readonly name: string } },
  point: AttachPoint,
  { errno, hint }: MissingRight,
): AttachError {
  return new AttachError(
    `prog '${program.spec.name}': ${describePoint(point)}: cannot be detached: ${errnoText(errno)} (${errno})`,
    { errno, hint },
  )
}

function firstMissed(rights: readonly AttachRight[], question: AttachQuestion): MissingRight | undefined {
  const { point, programType, release, capabilities, perfEventParanoid } = question
  const missed = rights.find(right => {
    const { kinds, on, paranoid, anyOf } = right
    return (
      kinds.includes(point.kind) &&
      (on?.(point, programType) ?? true) &&
      (paranoid === undefined || perfEventParanoid >= paranoid) &&
      isOfRelease(right, release) &&
      !anyOf.some(capability => capabilities.has(capability))
    )
  })
  if (!missed) return undefined
  const { anyOf, errno, to, hint } = missed
  const lacks = `this process lacks ${listOf(anyOf)} to ${to}`
  return { errno, hint: hint === undefined ? lacks : `${lacks}; ${hint}` }
}
