import type { ArchitectureName } from "../architectures.ts"
import type { AttachTypeName } from "../attach-types.ts"
import type { ProgramTypeName } from "../program-types.ts"
import type { Release } from "../releases.ts"
import { ARM64_LAYOUTS } from "./arm64-layouts.ts"
import type { ContextLayout } from "./layout.ts"
import { OTHER_LAYOUTS } from "./other-layouts.ts"
import { PACKET_LAYOUTS } from "./packet-layouts.ts"
import { SOCKET_LAYOUTS } from "./socket-layouts.ts"

/** Every context that is a structure. */
export const CONTEXT_LAYOUTS = { ...PACKET_LAYOUTS, ...SOCKET_LAYOUTS, ...OTHER_LAYOUTS } as const

/** A context's structure on one architecture: registers are the architecture's own. */
export function contextLayout(name: ContextLayoutName, architecture?: ArchitectureName): ContextLayout {
  const own = architecture === "arm64" && (name === "pt_regs" || name === "bpf_perf_event_data")
  return own ? ARM64_LAYOUTS[name] : CONTEXT_LAYOUTS[name]
}

export type ContextLayoutName = keyof typeof CONTEXT_LAYOUTS
export type ContextFieldName<Layout extends ContextLayoutName> =
  (typeof CONTEXT_LAYOUTS)[Layout]["fields"][number]["name"]

/** What must hold for some fields to be accessed. All of a field's conditions must. */
export interface ContextCondition<Field extends string = string> {
  readonly fields: readonly Field[]
  readonly access: "read" | "write" | "both"
  readonly attachTypes?: readonly AttachTypeName[]
  readonly capability?: "CAP_BPF"
  readonly since?: Release
}

/**
 * A structure with rules: what is hidden from this program type, what it may write, and on which conditions.
 */
export interface StructureContext<Layout extends ContextLayoutName = ContextLayoutName> {
  readonly kind: "structure"
  readonly layout: Layout
  readonly hidden: readonly ContextFieldName<Layout>[]
  readonly writable: readonly ContextFieldName<Layout>[]
  readonly conditions: readonly ContextCondition<ContextFieldName<Layout>>[]
}

/** The context of a program type: what register r1 points to at entry. */
export type ProgramContext =
  | { readonly [Layout in ContextLayoutName]: StructureContext<Layout> }[ContextLayoutName]
  /**
   * A trace event's record, from byte `first` on: the format file of the event names its fields. Read only.
   */
  | { readonly kind: "record"; readonly first: number; readonly end: number }
  /**
   * Words whose meaning the tracepoint decides. With `buffer`, the first points to memory that may be
   * written.
   */
  | { readonly kind: "words"; readonly count: number; readonly buffer: boolean }
  /** The arguments of a kernel function, eight bytes each, typed by the kernel's BTF. Read only. */
  | { readonly kind: "arguments"; readonly most: number }
  /** Memory that the caller of BPF_PROG_TEST_RUN hands over; read and written freely below `end`. */
  | { readonly kind: "memory"; readonly end: number }
  /** Whatever the program has that it extends. */
  | { readonly kind: "extended" }

type SkbField = ContextFieldName<"__sk_buff">

const SOCKET_FIELDS = [
  "family",
  "remote_ip4",
  "local_ip4",
  "remote_ip6",
  "local_ip6",
  "remote_port",
  "local_port",
] as const satisfies readonly SkbField[]

function skb(
  hidden: readonly SkbField[],
  writable: readonly SkbField[],
  conditions: readonly ContextCondition<SkbField>[] = [],
): StructureContext<"__sk_buff"> {
  return { kind: "structure", layout: "__sk_buff", hidden, writable, conditions }
}

const TRAFFIC_CONTROL = skb(
  [...SOCKET_FIELDS, "flow_keys"],
  ["mark", "tc_index", "priority", "tc_classid", "cb", "tstamp", "queue_mapping"],
  [{ fields: ["queue_mapping"], access: "write", since: "5.1" }],
)

const TUNNEL = skb(
  [...SOCKET_FIELDS, "tc_classid", "data_meta", "tstamp", "wire_len", "hwtstamp", "flow_keys", "tstamp_type"],
  ["mark", "priority", "cb"],
)

const EVERYTHING_BUT_THE_PACKET = PACKET_LAYOUTS.__sk_buff.fields
  .map(field => field.name)
  .filter(name => name !== "data" && name !== "data_end" && name !== "flow_keys")

const REGISTERS = OTHER_LAYOUTS.pt_regs.fields.map(field => field.name)

function readOnly<Layout extends ContextLayoutName>(layout: Layout): StructureContext<Layout> {
  return { kind: "structure", layout, hidden: [], writable: [], conditions: [] }
}

const INET4 = [
  "cgroup_inet4_bind",
  "cgroup_inet4_connect",
  "cgroup_inet4_getpeername",
  "cgroup_inet4_getsockname",
  "cgroup_udp4_sendmsg",
  "cgroup_udp4_recvmsg",
] as const satisfies readonly AttachTypeName[]

const INET6 = [
  "cgroup_inet6_bind",
  "cgroup_inet6_connect",
  "cgroup_inet6_getpeername",
  "cgroup_inet6_getsockname",
  "cgroup_udp6_sendmsg",
  "cgroup_udp6_recvmsg",
] as const satisfies readonly AttachTypeName[]

const KERNEL_ARGUMENTS = { kind: "arguments", most: 12 } as const

/** The context of every program type, by its short name. */
export const PROGRAM_CONTEXTS = {
  socket_filter: skb(
    [
      ...SOCKET_FIELDS,
      "tc_classid",
      "data",
      "data_end",
      "data_meta",
      "tstamp",
      "wire_len",
      "hwtstamp",
      "flow_keys",
      "tstamp_type",
    ],
    ["cb"],
  ),
  // A program that writes registers attaches to uprobes only; the load does not know yet.
  kprobe: {
    kind: "structure",
    layout: "pt_regs",
    hidden: [],
    writable: REGISTERS,
    conditions: [{ fields: REGISTERS, access: "write", since: "6.18" }],
  },
  sched_cls: TRAFFIC_CONTROL,
  sched_act: TRAFFIC_CONTROL,
  tracepoint: { kind: "record", first: 8, end: 8192 },
  xdp: {
    ...readOnly("xdp_md"),
    conditions: [{ fields: ["egress_ifindex"], access: "read", attachTypes: ["xdp_devmap"] }],
  },
  perf_event: readOnly("bpf_perf_event_data"),
  cgroup_skb: skb(
    ["tc_classid", "data_meta", "wire_len", "flow_keys", "tstamp_type"],
    ["mark", "priority", "cb", "tstamp"],
    [
      { fields: ["data", "data_end"], access: "read", capability: "CAP_BPF", since: "5.0" },
      { fields: ["tstamp"], access: "write", capability: "CAP_BPF" },
    ],
  ),
  cgroup_sock: {
    kind: "structure",
    layout: "bpf_sock",
    hidden: [],
    writable: ["bound_dev_if", "mark", "priority"],
    conditions: [
      {
        fields: ["bound_dev_if", "mark", "priority"],
        access: "both",
        attachTypes: ["cgroup_inet_sock_create", "cgroup_inet_sock_release"],
      },
      { fields: ["src_ip4"], access: "read", attachTypes: ["cgroup_inet4_post_bind"] },
      { fields: ["src_ip6"], access: "read", attachTypes: ["cgroup_inet6_post_bind"] },
      {
        fields: ["src_port"],
        access: "read",
        attachTypes: ["cgroup_inet4_post_bind", "cgroup_inet6_post_bind"],
      },
    ],
  },
  lwt_in: TUNNEL,
  lwt_out: TUNNEL,
  lwt_xmit: TUNNEL,
  sock_ops: {
    kind: "structure",
    layout: "bpf_sock_ops",
    hidden: [],
    writable: ["reply", "sk_txhash"],
    conditions: [],
  },
  sk_skb: skb(
    ["mark", "tc_classid", "data_meta", "tstamp", "wire_len", "hwtstamp", "flow_keys", "tstamp_type"],
    ["tc_index", "priority"],
  ),
  cgroup_device: readOnly("bpf_cgroup_dev_ctx"),
  sk_msg: readOnly("sk_msg_md"),
  raw_tracepoint: { kind: "words", count: 12, buffer: false },
  cgroup_sock_addr: {
    kind: "structure",
    layout: "bpf_sock_addr",
    hidden: [],
    writable: ["user_ip4", "user_ip6", "user_port", "msg_src_ip4", "msg_src_ip6"],
    conditions: [
      { fields: ["user_ip4"], access: "both", attachTypes: INET4 },
      { fields: ["user_ip6"], access: "both", attachTypes: INET6 },
      { fields: ["msg_src_ip4"], access: "both", attachTypes: ["cgroup_udp4_sendmsg"] },
      { fields: ["msg_src_ip6"], access: "both", attachTypes: ["cgroup_udp6_sendmsg"] },
    ],
  },
  lwt_seg6local: TUNNEL,
  lirc_mode2: readOnly("lirc_sample"),
  sk_reuseport: readOnly("sk_reuseport_md"),
  flow_dissector: skb(EVERYTHING_BUT_THE_PACKET, []),
  cgroup_sysctl: {
    kind: "structure",
    layout: "bpf_sysctl",
    hidden: [],
    writable: ["file_pos"],
    conditions: [],
  },
  raw_tracepoint_writable: { kind: "words", count: 12, buffer: true },
  cgroup_sockopt: {
    kind: "structure",
    layout: "bpf_sockopt",
    hidden: [],
    writable: ["level", "optname", "optlen", "retval"],
    conditions: [
      { fields: ["level", "optname"], access: "write", attachTypes: ["cgroup_setsockopt"] },
      { fields: ["retval"], access: "both", attachTypes: ["cgroup_getsockopt"] },
    ],
  },
  tracing: KERNEL_ARGUMENTS,
  struct_ops: KERNEL_ARGUMENTS,
  ext: { kind: "extended" },
  lsm: KERNEL_ARGUMENTS,
  sk_lookup: readOnly("bpf_sk_lookup"),
  syscall: { kind: "memory", end: 65535 },
  netfilter: readOnly("bpf_nf_ctx"),
} as const satisfies Record<ProgramTypeName, ProgramContext>
