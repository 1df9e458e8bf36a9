import type { AttachTypeName } from "./attach-types.ts"
import { lsmHook } from "./lsm-hooks.ts"
import type { ProgramTypeName } from "./program-types.ts"
import { isSince, type Release } from "./releases.ts"

/** One value, and what the kernel does when a program returns it. */
export interface ReturnValue {
  /** Undefined for every value that is not listed. */
  readonly value: number | undefined
  /** Its name in the UAPI. */
  readonly name?: string
  readonly since?: Release
  readonly effect: string
}

/** What the verifier holds a program to: the least and the greatest value, both allowed. */
export interface EnforcedRange {
  readonly minimum: number
  readonly maximum: number
  readonly since: Release
}

/** What the return value of a program means. */
export interface ReturnCodeRow {
  readonly programType: ProgramTypeName
  /** Undefined for every attach type without a row of its own. */
  readonly attachTypes: readonly AttachTypeName[] | undefined
  readonly summary: string
  readonly values: readonly ReturnValue[]
  /** Undefined where any number passes. */
  readonly enforced: EnforcedRange | undefined
}

const other = (effect: string) => ({ value: undefined, effect }) as const

const range = (minimum: number, maximum: number, since: Release) => ({ minimum, maximum, since }) as const

/** Allow or refuse: what programs of a cgroup return. */
const refuseOrAllow = (what: string) =>
  [
    { value: 0, effect: `${what} fails with EPERM, or the error that bpf_set_retval gave` },
    { value: 1, effect: `${what} goes on` },
  ] as const

const TRAFFIC_CONTROL = [
  { value: -1, name: "TC_ACT_UNSPEC", effect: "the next filter decides" },
  { value: 0, name: "TC_ACT_OK", effect: "the packet goes on" },
  { value: 2, name: "TC_ACT_SHOT", effect: "the packet is dropped" },
  { value: 4, name: "TC_ACT_STOLEN", effect: "the packet is taken and freed without counting as a drop" },
  { value: 7, name: "TC_ACT_REDIRECT", effect: "the packet goes where bpf_redirect said" },
] as const

const TCX = [
  { value: -1, name: "TCX_NEXT", effect: "the next program decides; after the last, clsact" },
  { value: 0, name: "TCX_PASS", effect: "the packet goes on, no further program runs" },
  { value: 2, name: "TCX_DROP", effect: "the packet is dropped" },
  { value: 7, name: "TCX_REDIRECT", effect: "the packet goes where bpf_redirect said" },
  other("as TCX_NEXT"),
] as const

const NETKIT = [
  {
    value: -1,
    name: "NETKIT_NEXT",
    effect: "the next program decides; after the last, the packet goes to the peer",
  },
  { value: 0, name: "NETKIT_PASS", effect: "the packet goes to the peer" },
  { value: 2, name: "NETKIT_DROP", effect: "the packet is dropped" },
  { value: 7, name: "NETKIT_REDIRECT", effect: "the packet goes where bpf_redirect said" },
  other("as NETKIT_DROP"),
] as const

const TUNNEL = [
  { value: 0, name: "BPF_OK", effect: "the packet goes on along the route" },
  { value: 2, name: "BPF_DROP", effect: "the packet is dropped" },
  {
    value: 128,
    name: "BPF_LWT_REROUTE",
    since: "5.1",
    effect: "the route is looked up again for the changed headers",
  },
] as const

const TUNNEL_END = [
  ...TUNNEL,
  { value: 7, name: "BPF_REDIRECT", effect: "as BPF_OK: only lwt_xmit redirects" },
  other("the packet is dropped, with a warning"),
] as const

const SOCKET_VERDICT = [
  { value: 0, name: "SK_DROP", effect: "the data is dropped" },
  {
    value: 1,
    name: "SK_PASS",
    effect: "the data goes on, to the other socket when the program redirected it",
  },
  other("the data is dropped"),
] as const

const XDP_VALUES = [
  { value: 0, name: "XDP_ABORTED", effect: "the packet is dropped, and tracepoint xdp_exception fires" },
  { value: 1, name: "XDP_DROP", effect: "the packet is dropped" },
  { value: 2, name: "XDP_PASS", effect: "the packet goes on to the stack" },
  { value: 3, name: "XDP_TX", effect: "the packet leaves by the device it came from" },
  { value: 4, name: "XDP_REDIRECT", effect: "the packet goes where bpf_redirect or bpf_redirect_map said" },
  other("as XDP_ABORTED, with a warning the first time"),
] as const

const IGNORED = [other("without effect")] as const

const PERF_RECORD = [
  { value: 0, effect: "the perf event that the program stands on records no sample" },
  other("it records one as without program; the function that was hit never changes its course"),
] as const

/** Every program type has a row for the attach types that have none of their own. Effects as in 6.12. */
export const RETURN_CODES = [
  {
    programType: "socket_filter",
    attachTypes: undefined,
    summary: "how many bytes of the packet the socket gets",
    values: [
      { value: 0, effect: "the socket does not get the packet" },
      { value: -1, effect: "the socket gets the whole packet" },
      other("the socket gets that many bytes; as selector of a reuseport group: index of the socket"),
    ],
    enforced: undefined,
  },
  {
    programType: "kprobe",
    attachTypes: undefined,
    summary: "whether a perf event records",
    values: PERF_RECORD,
    enforced: undefined,
  },
  {
    programType: "kprobe",
    attachTypes: ["trace_kprobe_multi", "trace_uprobe_multi"],
    summary: "ignored",
    values: IGNORED,
    enforced: undefined,
  },
  {
    programType: "kprobe",
    attachTypes: ["trace_kprobe_session"],
    summary: "at entry: whether the program runs again at return",
    values: [
      { value: 0, effect: "the program runs again when the function returns" },
      { value: 1, effect: "it does not" },
    ],
    enforced: range(0, 1, "6.10"),
  },
  {
    programType: "kprobe",
    attachTypes: ["trace_uprobe_session"],
    summary: "at entry: whether the program runs again at return",
    values: [
      { value: 0, effect: "the program runs again when the function returns" },
      { value: 1, effect: "it does not" },
    ],
    enforced: range(0, 1, "6.13"),
  },
  {
    programType: "sched_cls",
    attachTypes: undefined,
    summary: "an action with direct action, else the class",
    values: [
      ...TRAFFIC_CONTROL,
      { value: 8, name: "TC_ACT_TRAP", effect: "as stolen; hardware sends the packet to the host" },
      other("as TC_ACT_UNSPEC; without direct action: the class id, 0 for no match, -1 for the filter's own"),
    ],
    enforced: undefined,
  },
  {
    programType: "sched_cls",
    attachTypes: ["tcx_ingress", "tcx_egress"],
    summary: "what happens to the packet",
    values: TCX,
    enforced: undefined,
  },
  {
    programType: "sched_cls",
    attachTypes: ["netkit_primary", "netkit_peer"],
    summary: "what happens to the packet",
    values: NETKIT,
    enforced: undefined,
  },
  {
    programType: "sched_act",
    attachTypes: undefined,
    summary: "what happens to the packet",
    values: [
      { value: -1, name: "TC_ACT_UNSPEC", effect: "the action's configured default" },
      { value: 0, name: "TC_ACT_OK", effect: "the packet goes on" },
      { value: 1, name: "TC_ACT_RECLASSIFY", effect: "classification starts again" },
      { value: 2, name: "TC_ACT_SHOT", effect: "the packet is dropped" },
      { value: 3, name: "TC_ACT_PIPE", effect: "the next action runs" },
      { value: 7, name: "TC_ACT_REDIRECT", effect: "the packet goes where bpf_redirect said" },
      other("as TC_ACT_UNSPEC of a filter: the next one decides"),
    ],
    enforced: undefined,
  },
  {
    programType: "tracepoint",
    attachTypes: undefined,
    summary: "whether a perf event records",
    values: PERF_RECORD,
    enforced: undefined,
  },
  {
    programType: "xdp",
    attachTypes: undefined,
    summary: "what happens to the packet",
    values: XDP_VALUES,
    enforced: undefined,
  },
  {
    programType: "xdp",
    attachTypes: ["xdp_devmap"],
    summary: "whether the redirected packet leaves",
    values: [
      { value: 2, name: "XDP_PASS", effect: "the packet leaves by the device" },
      { value: 1, name: "XDP_DROP", effect: "the packet is dropped" },
      other("the packet is dropped, and tracepoint xdp_exception fires"),
    ],
    enforced: undefined,
  },
  {
    programType: "xdp",
    attachTypes: ["xdp_cpumap"],
    summary: "what happens to the packet on its new processor",
    values: [
      { value: 2, name: "XDP_PASS", effect: "the packet goes on to the stack" },
      { value: 4, name: "XDP_REDIRECT", effect: "the packet goes where bpf_redirect said" },
      { value: 1, name: "XDP_DROP", effect: "the packet is dropped" },
      other("the packet is dropped, with a warning"),
    ],
    enforced: undefined,
  },
  {
    programType: "perf_event",
    attachTypes: undefined,
    summary: "whether the sample is recorded",
    values: [{ value: 0, effect: "the sample is not recorded" }, other("it is recorded as without program")],
    enforced: undefined,
  },
  {
    programType: "cgroup_skb",
    attachTypes: undefined,
    summary: "whether the packet reaches the socket",
    values: [
      { value: 0, effect: "the packet is dropped" },
      { value: 1, effect: "the packet goes on" },
    ],
    enforced: range(0, 1, "4.10"),
  },
  {
    programType: "cgroup_skb",
    attachTypes: ["cgroup_inet_egress"],
    summary: "whether the packet leaves; bit 1 signals congestion",
    values: [
      { value: 0, effect: "the packet is dropped, the sender sees EPERM" },
      { value: 1, effect: "the packet leaves" },
      { value: 2, since: "5.3", effect: "the packet is dropped, and TCP is told of congestion" },
      { value: 3, since: "5.3", effect: "the packet leaves, and TCP is told of congestion" },
    ],
    enforced: range(0, 3, "5.3"),
  },
  {
    programType: "cgroup_sock",
    attachTypes: undefined,
    summary: "whether the socket may be made, or keep its address",
    values: refuseOrAllow("the call"),
    enforced: range(0, 1, "4.10"),
  },
  {
    programType: "cgroup_sock",
    attachTypes: ["cgroup_inet_sock_release"],
    summary: "ignored: the socket is closed",
    values: IGNORED,
    enforced: range(0, 1, "5.9"),
  },
  {
    programType: "lwt_in",
    attachTypes: undefined,
    summary: "what happens to the packet",
    values: TUNNEL_END,
    enforced: undefined,
  },
  {
    programType: "lwt_out",
    attachTypes: undefined,
    summary: "what happens to the packet",
    values: TUNNEL_END,
    enforced: undefined,
  },
  {
    programType: "lwt_xmit",
    attachTypes: undefined,
    summary: "what happens to the packet",
    values: [
      ...TUNNEL,
      { value: 7, name: "BPF_REDIRECT", effect: "the packet goes where bpf_redirect said" },
      other("the packet is dropped, with a warning"),
    ],
    enforced: undefined,
  },
  {
    programType: "sock_ops",
    attachTypes: undefined,
    summary: "whether the reply counts",
    values: [
      { value: 0, effect: "the kernel's default stands, as if the reply were -1" },
      { value: 1, effect: "the reply field answers the event" },
    ],
    enforced: range(0, 1, "4.13"),
  },
  {
    programType: "sk_skb",
    attachTypes: undefined,
    summary: "what happens to the data",
    values: SOCKET_VERDICT,
    enforced: undefined,
  },
  {
    programType: "sk_skb",
    attachTypes: ["sk_skb_stream_parser"],
    summary: "length of the next message",
    values: [
      { value: 0, effect: "more bytes are needed to tell" },
      other("that many bytes are a message; negative: the stream is broken"),
    ],
    enforced: undefined,
  },
  {
    programType: "cgroup_device",
    attachTypes: undefined,
    summary: "whether the device may be used",
    values: [
      { value: 0, effect: "open or mknod fails with EPERM" },
      { value: 1, effect: "it goes on" },
    ],
    enforced: range(0, 1, "4.15"),
  },
  {
    programType: "sk_msg",
    attachTypes: undefined,
    summary: "what happens to the message",
    values: SOCKET_VERDICT,
    enforced: undefined,
  },
  {
    programType: "raw_tracepoint",
    attachTypes: undefined,
    summary: "ignored",
    values: IGNORED,
    enforced: undefined,
  },
  {
    programType: "cgroup_sock_addr",
    attachTypes: undefined,
    summary: "whether the call goes on",
    values: refuseOrAllow("the call"),
    enforced: range(0, 1, "4.17"),
  },
  {
    programType: "cgroup_sock_addr",
    attachTypes: ["cgroup_inet4_bind", "cgroup_inet6_bind"],
    summary: "whether bind goes on; bit 1 lifts the privileged ports",
    values: [
      ...refuseOrAllow("bind"),
      { value: 2, since: "5.12", effect: "as 0" },
      { value: 3, since: "5.12", effect: "bind goes on, without CAP_NET_BIND_SERVICE even below port 1024" },
    ],
    enforced: range(0, 3, "5.12"),
  },
  {
    programType: "cgroup_sock_addr",
    attachTypes: [
      "cgroup_udp4_recvmsg",
      "cgroup_udp6_recvmsg",
      "cgroup_unix_recvmsg",
      "cgroup_inet4_getpeername",
      "cgroup_inet6_getpeername",
      "cgroup_unix_getpeername",
      "cgroup_inet4_getsockname",
      "cgroup_inet6_getsockname",
      "cgroup_unix_getsockname",
    ],
    summary: "always 1: such a call is not refused",
    values: [{ value: 1, effect: "the call goes on, with the address as the program left it" }],
    enforced: range(1, 1, "5.2"),
  },
  {
    programType: "lwt_seg6local",
    attachTypes: undefined,
    summary: "what happens to the packet",
    values: [
      { value: 0, name: "BPF_OK", effect: "the next segment's route is looked up" },
      { value: 2, name: "BPF_DROP", effect: "the packet is dropped" },
      { value: 7, name: "BPF_REDIRECT", effect: "the packet goes where a helper has routed it" },
      other("the packet is dropped, with a warning"),
    ],
    enforced: undefined,
  },
  {
    programType: "lirc_mode2",
    attachTypes: undefined,
    summary: "ignored",
    values: IGNORED,
    enforced: undefined,
  },
  {
    programType: "sk_reuseport",
    attachTypes: undefined,
    summary: "whether a socket gets the packet",
    values: [
      { value: 0, name: "SK_DROP", effect: "no socket gets the packet" },
      { value: 1, name: "SK_PASS", effect: "the selected socket gets it; without one, the hash selects" },
      other("no socket gets the packet"),
    ],
    enforced: undefined,
  },
  {
    programType: "flow_dissector",
    attachTypes: undefined,
    summary: "whether the flow keys hold",
    values: [
      { value: 0, name: "BPF_OK", effect: "the flow keys hold" },
      { value: 2, name: "BPF_DROP", effect: "the packet cannot be dissected" },
      {
        value: 129,
        name: "BPF_FLOW_DISSECTOR_CONTINUE",
        since: "6.1",
        effect: "the kernel's own dissector takes over",
      },
      other("as BPF_DROP"),
    ],
    enforced: undefined,
  },
  {
    programType: "cgroup_sysctl",
    attachTypes: undefined,
    summary: "whether the access goes on",
    values: [
      { value: 0, effect: "the access fails with EPERM" },
      { value: 1, effect: "it goes on, with the new value when the program set one" },
    ],
    enforced: range(0, 1, "5.2"),
  },
  {
    programType: "raw_tracepoint_writable",
    attachTypes: undefined,
    summary: "ignored: the buffer answers",
    values: IGNORED,
    enforced: undefined,
  },
  {
    programType: "cgroup_sockopt",
    attachTypes: undefined,
    summary: "whether the call goes on",
    values: refuseOrAllow("the call"),
    enforced: range(0, 1, "5.3"),
  },
  {
    programType: "tracing",
    attachTypes: ["trace_fentry", "trace_fexit", "trace_fsession"],
    summary: "always 0",
    values: [{ value: 0, effect: "the function runs as without program" }],
    enforced: range(0, 0, "5.7"),
  },
  {
    programType: "tracing",
    attachTypes: ["trace_raw_tp"],
    summary: "ignored",
    values: IGNORED,
    enforced: undefined,
  },
  {
    programType: "tracing",
    attachTypes: ["modify_return"],
    summary: "the function's return value, in its place",
    values: [{ value: 0, effect: "the function runs" }, other("the function does not run, and returns this")],
    enforced: undefined,
  },
  {
    programType: "tracing",
    attachTypes: ["trace_iter"],
    summary: "whether to go on to the next element",
    values: [
      { value: 0, effect: "the next element follows" },
      { value: 1, effect: "the same element comes again with the next read" },
    ],
    enforced: range(0, 1, "5.8"),
  },
  {
    programType: "tracing",
    attachTypes: undefined,
    summary: "always 0",
    values: [{ value: 0, effect: "the function runs as without program" }],
    enforced: range(0, 0, "5.7"),
  },
  {
    programType: "struct_ops",
    attachTypes: undefined,
    summary: "what the operation returns",
    values: [other("as the structure's operation means it; nothing when that is void")],
    enforced: undefined,
  },
  {
    programType: "ext",
    attachTypes: undefined,
    summary: "what the replaced function returns",
    values: [other("as the program that calls it means it")],
    enforced: undefined,
  },
  {
    programType: "lsm",
    attachTypes: undefined,
    summary: "0 or a negative error",
    values: [
      { value: 0, effect: "the next program or module decides" },
      { value: -1, name: "-EPERM", effect: "the operation fails with EPERM" },
      other("-4095 to -1: the operation fails with that error; nothing of hooks that return void"),
    ],
    enforced: range(-4095, 0, "6.12"),
  },
  {
    programType: "lsm",
    attachTypes: ["lsm_cgroup"],
    summary: "whether the operation goes on",
    values: refuseOrAllow("the operation"),
    enforced: range(0, 1, "6.0"),
  },
  {
    programType: "sk_lookup",
    attachTypes: undefined,
    summary: "whether a socket gets the packet",
    values: [
      { value: 0, name: "SK_DROP", effect: "no socket is found" },
      {
        value: 1,
        name: "SK_PASS",
        effect: "the assigned socket gets it; without one, the usual lookup goes on",
      },
    ],
    enforced: range(0, 1, "5.9"),
  },
  {
    programType: "syscall",
    attachTypes: undefined,
    summary: "handed to the caller of BPF_PROG_TEST_RUN",
    values: [other("the caller finds it in retval")],
    enforced: undefined,
  },
  {
    programType: "netfilter",
    attachTypes: undefined,
    summary: "whether the packet goes on",
    values: [
      { value: 0, name: "NF_DROP", effect: "the packet is dropped" },
      { value: 1, name: "NF_ACCEPT", effect: "the next hook sees the packet" },
    ],
    enforced: range(0, 1, "6.4"),
  },
] as const satisfies readonly ReturnCodeRow[]

/** What a program returns from its main function, as the verifier sees it at exit. */
export type ReturnRule =
  /** Any register that was written, pointers too. */
  | { readonly kind: "any" }
  /** Not even that: the function is void. */
  | { readonly kind: "nothing" }
  /** A number that is known to lie in the range; LSM programs are held to its lower 32 bits. */
  | { readonly kind: "range"; readonly minimum: number; readonly maximum: number; readonly bits: 32 | 64 }

export interface ReturnQuestion {
  readonly programType: ProgramTypeName
  readonly attachType?: AttachTypeName | undefined
  readonly release: Release
  /** For lsm and struct_ops: the hook ("bpf_lsm_file_open") or operation, and whether it returns anything. */
  readonly target?: { readonly name: string; readonly isVoid: boolean } | undefined
}

/** The row for a program type and attach type: the attach type's own, or the type's. */
export function returnCodes(
  programType: ProgramTypeName,
  attachType: AttachTypeName | undefined,
): ReturnCodeRow {
  const rows: readonly ReturnCodeRow[] = RETURN_CODES
  const own = rows.filter(row => row.programType === programType)
  const row =
    own.find(row => attachType !== undefined && row.attachTypes?.includes(attachType)) ??
    own.find(row => row.attachTypes === undefined)
  if (!row) throw new Error(`BUG: program type ${programType} has no return codes`)
  return row
}

/**
 * What the verifier demands of the return value: `check_return_code` of kernel/bpf/verifier.c; measured on
 * 6.1 and 6.12.
 */
export function returnRule({ programType, attachType, release, target }: ReturnQuestion): ReturnRule {
  const inCgroup = attachType === "lsm_cgroup"
  if (target?.isVoid && (programType === "struct_ops" || (programType === "lsm" && !inCgroup)))
    return { kind: "nothing" }
  const { enforced } = returnCodes(programType, attachType)
  if (enforced === undefined || !isSince(enforced.since, release)) return { kind: "any" }
  const { minimum, maximum } = enforced
  if (programType !== "lsm") return { kind: "range", minimum, maximum, bits: 64 }
  // A void hook of a cgroup cannot refuse.
  if (inCgroup) return { kind: "range", minimum: target?.isVoid ? 1 : minimum, maximum, bits: 64 }
  return target && lsmHook(target.name.replace(/^bpf_lsm_/, ""), release).boolean
    ? { kind: "range", minimum: 0, maximum: 1, bits: 32 }
    : { kind: "range", minimum, maximum, bits: 32 }
}
