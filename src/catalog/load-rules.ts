import { ATTACH_TYPES, type AttachTypeName, type AttachTypeRow } from "./attach-types.ts"
import {
  type BpfCapability,
  PROGRAM_TYPES,
  type ProgramTypeName,
  type ProgramTypeRow,
} from "./program-types.ts"
import { isSince, type Release } from "./releases.ts"

/** How BPF_PROG_LOAD looks at the expected attach type of a program type. */
export type AttachTypeCheck =
  /** Not at all: any number loads, known or not. */
  | { readonly kind: "none" }
  /** Only those of the list; `zero` is what 0 stands for, where it is not refused. */
  | {
      readonly kind: "listed"
      readonly attachTypes: readonly AttachTypeName[]
      readonly zero?: AttachTypeName
    }
  /** Must be 0. */
  | { readonly kind: "zero" }
  /** Not an attach type: the number of the structure's member. */
  | { readonly kind: "member" }

const UNCHECKED = { kind: "none" } as const

/**
 * `bpf_prog_load_fixup_attach_type` and `bpf_prog_load_check_attach` of kernel/bpf/syscall.c, and for
 * programs that attach by BTF `bpf_check_attach_target` of kernel/bpf/verifier.c. Measured on 6.1 and 6.12.
 */
export const ATTACH_TYPE_CHECKS = {
  socket_filter: UNCHECKED,
  kprobe: UNCHECKED,
  sched_cls: UNCHECKED,
  sched_act: UNCHECKED,
  tracepoint: UNCHECKED,
  xdp: UNCHECKED,
  perf_event: UNCHECKED,
  cgroup_skb: {
    kind: "listed",
    attachTypes: ["cgroup_inet_ingress", "cgroup_inet_egress"],
    zero: "cgroup_inet_ingress",
  },
  cgroup_sock: {
    kind: "listed",
    attachTypes: [
      "cgroup_inet_sock_create",
      "cgroup_inet_sock_release",
      "cgroup_inet4_post_bind",
      "cgroup_inet6_post_bind",
    ],
    zero: "cgroup_inet_sock_create",
  },
  lwt_in: UNCHECKED,
  lwt_out: UNCHECKED,
  lwt_xmit: UNCHECKED,
  sock_ops: UNCHECKED,
  sk_skb: UNCHECKED,
  cgroup_device: UNCHECKED,
  sk_msg: UNCHECKED,
  raw_tracepoint: UNCHECKED,
  cgroup_sock_addr: {
    kind: "listed",
    attachTypes: [
      "cgroup_inet4_bind",
      "cgroup_inet6_bind",
      "cgroup_inet4_connect",
      "cgroup_inet6_connect",
      "cgroup_unix_connect",
      "cgroup_udp4_sendmsg",
      "cgroup_udp6_sendmsg",
      "cgroup_unix_sendmsg",
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
  },
  lwt_seg6local: UNCHECKED,
  lirc_mode2: UNCHECKED,
  sk_reuseport: {
    kind: "listed",
    attachTypes: ["sk_reuseport_select", "sk_reuseport_select_or_migrate"],
    zero: "sk_reuseport_select",
  },
  flow_dissector: UNCHECKED,
  cgroup_sysctl: UNCHECKED,
  raw_tracepoint_writable: UNCHECKED,
  cgroup_sockopt: { kind: "listed", attachTypes: ["cgroup_getsockopt", "cgroup_setsockopt"] },
  // The target decides further: a tracepoint, a function, one that may be modified, or an iterator.
  tracing: {
    kind: "listed",
    attachTypes: [
      "trace_raw_tp",
      "trace_fentry",
      "trace_fexit",
      "modify_return",
      "trace_iter",
      "trace_fsession",
      "trace_fentry_multi",
      "trace_fexit_multi",
      "trace_fsession_multi",
    ],
  },
  struct_ops: { kind: "member" },
  ext: { kind: "zero" },
  // The two of tracing load on a hook's function as well.
  lsm: { kind: "listed", attachTypes: ["lsm_mac", "lsm_cgroup", "trace_fentry", "trace_fexit"] },
  sk_lookup: { kind: "listed", attachTypes: ["sk_lookup"] },
  syscall: { kind: "zero" },
  netfilter: { kind: "listed", attachTypes: ["netfilter"] },
} as const satisfies Record<ProgramTypeName, AttachTypeCheck>

/**
 * Whether BPF_PROG_LOAD takes this expected attach type (undefined for 0) with this program type; otherwise
 * it fails with EINVAL. Attach types that the release does not know load only where nothing is checked.
 */
export function loadAcceptsAttachType(
  programType: ProgramTypeName,
  attachType: AttachTypeName | undefined,
  release: Release,
): boolean {
  const check: AttachTypeCheck = ATTACH_TYPE_CHECKS[programType]
  // Number 0, BPF_CGROUP_INET_INGRESS, is what an absent attach type reads as.
  const row = attachTypeRow(attachType ?? "cgroup_inet_ingress")
  switch (check.kind) {
    case "none":
    case "member":
      return true
    case "zero":
      return row.number === 0
    case "listed":
      if (row.number === 0) return check.zero !== undefined
      return check.attachTypes.includes(row.name as AttachTypeName) && isSince(row.since, release)
    default:
      return check satisfies never
  }
}

/** The attach type that the kernel notes for a load: 0 stands for another one with some program types. */
export function effectiveAttachType(
  programType: ProgramTypeName,
  attachType: AttachTypeName | undefined,
): AttachTypeName | undefined {
  if (attachType !== undefined && attachTypeRow(attachType).number !== 0) return attachType
  const check: AttachTypeCheck = ATTACH_TYPE_CHECKS[programType]
  return check.kind === "listed" ? check.zero : attachType
}

function attachTypeRow(name: AttachTypeName): AttachTypeRow {
  return ATTACH_TYPES.find(row => row.name === name)!
}

export type Capability = BpfCapability | "CAP_SYS_ADMIN"

/** Bits of CapEff in /proc/PID/status (include/uapi/linux/capability.h). */
export const CAPABILITY_NUMBERS: Readonly<Record<Capability, number>> = {
  CAP_NET_ADMIN: 12,
  CAP_SYS_ADMIN: 21,
  CAP_PERFMON: 38,
  CAP_BPF: 39,
}

export interface LoadPrivilege {
  readonly programType: ProgramTypeName
  readonly release: Release
  readonly capabilities: ReadonlySet<Capability>
  /** The sysctl kernel.unprivileged_bpf_disabled is not 0. */
  readonly unprivilegedDisabled: boolean
}

/**
 * The capabilities that a process lacks to load a program of this type; none when it may. As `bpf_prog_load`
 * of kernel/bpf/syscall.c checks them (the call fails with EPERM); measured on 6.1 and 6.12.
 */
export function missingToLoad({
  programType,
  release,
  capabilities,
  unprivilegedDisabled,
}: LoadPrivilege): readonly Capability[] {
  if (capabilities.has("CAP_SYS_ADMIN")) return []
  const row = PROGRAM_TYPES.find((row): row is typeof row => row.name === programType)! as ProgramTypeRow
  if (row.unprivileged && !unprivilegedDisabled) return []
  if (!isSince("5.8", release)) return ["CAP_SYS_ADMIN"]
  return row.capabilities.filter(capability => !capabilities.has(capability))
}
