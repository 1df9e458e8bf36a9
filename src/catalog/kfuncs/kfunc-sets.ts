import type { AttachTypeName } from "../attach-types.ts"
import type { ProgramTypeName } from "../program-types.ts"
import type { Release } from "../releases.ts"

/** Program types that share one list of kfuncs. */
export interface KfuncHookMember {
  readonly programType: ProgramTypeName
  /** From when the type has a part in it; left out, from the first kfuncs on. */
  readonly since?: Release
}

/**
 * The kernel keeps lists of kfuncs by hook, and a hook may stand for several program types: what is registered for
 * one of them, all may call. Source: bpf_prog_type_to_kfunc_hook of kernel/bpf/btf.c (6.12), later types from the
 * kernel's history.
 */
export const KFUNC_HOOKS = {
  xdp: [{ programType: "xdp" }],
  tc: [{ programType: "sched_cls" }],
  schedAct: [{ programType: "sched_act", since: "6.4" }],
  structOps: [{ programType: "struct_ops" }],
  tracing: [
    { programType: "tracing" },
    { programType: "lsm" },
    { programType: "tracepoint", since: "6.12" },
    { programType: "perf_event", since: "6.12" },
  ],
  syscall: [{ programType: "syscall" }],
  cgroup: [
    { programType: "cgroup_skb", since: "6.4" },
    { programType: "cgroup_sock_addr", since: "6.7" },
    { programType: "cgroup_sock", since: "6.12" },
    { programType: "cgroup_device", since: "6.12" },
    { programType: "cgroup_sockopt", since: "6.12" },
    { programType: "cgroup_sysctl", since: "6.12" },
    { programType: "sock_ops", since: "6.15" },
  ],
  skSkb: [{ programType: "sk_skb", since: "6.4" }],
  socketFilter: [{ programType: "socket_filter", since: "6.4" }],
  lwt: [
    { programType: "lwt_in", since: "6.4" },
    { programType: "lwt_out", since: "6.4" },
    { programType: "lwt_xmit", since: "6.4" },
    { programType: "lwt_seg6local", since: "6.4" },
  ],
  netfilter: [{ programType: "netfilter", since: "6.4" }],
  kprobe: [{ programType: "kprobe", since: "6.10" }],
} as const satisfies Record<string, readonly KfuncHookMember[]>

export type KfuncHook = keyof typeof KFUNC_HOOKS

/** One registration of a set of kfuncs for a hook; "every" is for all program types. */
export interface KfuncRegistration {
  readonly hook: KfuncHook | "every"
  readonly since?: Release
  /** Of the hook's types, only these. */
  readonly programTypes?: readonly ProgramTypeName[]
  readonly attachTypes?: readonly AttachTypeName[]
}

export interface KfuncSetRow {
  readonly registrations: readonly KfuncRegistration[]
  /** The module that brings the kfuncs, where distributions build it as one. */
  readonly module?: string
  /** The kernel must be built with it. */
  readonly config?: string
  /** Only programs that are loaded for one network device may call them. */
  readonly deviceBound?: true
}

/**
 * Kfuncs that come together. Source: the calls of register_btf_kfunc_id_set in the kernel 6.12. Where 6.1 answers
 * no and 6.12 yes and the release between them is not known for sure, the row names the earliest that may be.
 */
export const KFUNC_SETS = {
  common: { registrations: [{ hook: "every" }] },
  generic: {
    registrations: [
      { hook: "tracing" },
      { hook: "tc", since: "6.2" },
      { hook: "xdp", since: "6.2" },
      { hook: "structOps", since: "6.2" },
      { hook: "syscall", since: "6.10" },
      { hook: "cgroup", since: "6.12" },
    ],
  },
  cpumask: {
    registrations: [{ hook: "tracing" }, { hook: "structOps" }, { hook: "syscall", since: "6.10" }],
  },
  arena: { registrations: [{ hook: "every" }] },
  mapIterator: { registrations: [{ hook: "every" }] },
  resilientLock: { registrations: [{ hook: "every" }] },
  cryptoSetup: { registrations: [{ hook: "syscall" }], config: "CONFIG_CRYPTO" },
  crypto: { registrations: [{ hook: "tc" }, { hook: "schedAct" }, { hook: "xdp" }], config: "CONFIG_CRYPTO" },
  keys: { registrations: [{ hook: "tracing" }], config: "CONFIG_KEYS" },
  files: { registrations: [{ hook: "tracing", programTypes: ["lsm"] }] },
  fsverity: { registrations: [{ hook: "tracing", programTypes: ["lsm"] }], config: "CONFIG_FS_VERITY" },
  cgroupStatistics: { registrations: [{ hook: "tracing" }], config: "CONFIG_CGROUPS" },
  kprobeSession: { registrations: [{ hook: "kprobe", attachTypes: ["trace_kprobe_session"] }] },
  packet: {
    registrations: [
      { hook: "tc" },
      { hook: "schedAct" },
      { hook: "skSkb" },
      { hook: "socketFilter" },
      { hook: "cgroup" },
      { hook: "lwt" },
      { hook: "netfilter" },
      { hook: "tracing", since: "6.12" },
      { hook: "structOps", since: "6.16" },
    ],
  },
  packetMetadata: { registrations: [{ hook: "tc" }, { hook: "schedAct" }] },
  frame: { registrations: [{ hook: "xdp" }] },
  frameMetadata: { registrations: [{ hook: "xdp" }], deviceBound: true },
  socketAddress: { registrations: [{ hook: "cgroup" }] },
  socketOperations: { registrations: [{ hook: "cgroup", programTypes: ["sock_ops"] }] },
  socketIterator: {
    registrations: [{ hook: "tracing", programTypes: ["tracing"], attachTypes: ["trace_iter"] }],
  },
  tcpRequest: { registrations: [{ hook: "tc" }], config: "CONFIG_SYN_COOKIES" },
  connectionTracking: { registrations: [{ hook: "xdp" }, { hook: "tc" }], module: "nf_conntrack" },
  addressTranslation: { registrations: [{ hook: "xdp" }, { hook: "tc" }], module: "nf_nat" },
  flowTable: { registrations: [{ hook: "xdp" }], module: "nf_flow_table" },
  fou: { registrations: [{ hook: "tc" }], module: "fou" },
  ipsecInterface: { registrations: [{ hook: "tc" }], module: "xfrm_interface" },
  ipsecState: { registrations: [{ hook: "xdp" }], config: "CONFIG_XFRM" },
  reno: { registrations: [{ hook: "structOps" }] },
  cubic: { registrations: [{ hook: "structOps" }], config: "CONFIG_TCP_CONG_CUBIC" },
  dctcp: { registrations: [{ hook: "structOps" }], module: "tcp_dctcp" },
  bbr: { registrations: [{ hook: "structOps" }], module: "tcp_bbr" },
  queueing: { registrations: [{ hook: "structOps" }], config: "CONFIG_NET_SCH_BPF" },
  ioUring: { registrations: [{ hook: "structOps" }], config: "CONFIG_IO_URING" },
  hid: {
    registrations: [{ hook: "tracing" }, { hook: "structOps", since: "6.11" }],
    config: "CONFIG_HID_BPF",
  },
  hidSyscall: {
    registrations: [{ hook: "tracing" }, { hook: "structOps", since: "6.11" }, { hook: "syscall" }],
    config: "CONFIG_HID_BPF",
  },
  hidAttach: { registrations: [{ hook: "syscall" }], config: "CONFIG_HID_BPF" },
  sched: {
    registrations: [{ hook: "structOps" }, { hook: "syscall" }, { hook: "tracing" }],
    config: "CONFIG_SCHED_CLASS_EXT",
  },
  schedUnlocked: {
    registrations: [{ hook: "structOps" }, { hook: "syscall" }],
    config: "CONFIG_SCHED_CLASS_EXT",
  },
  schedCallbacks: { registrations: [{ hook: "structOps" }], config: "CONFIG_SCHED_CLASS_EXT" },
} as const satisfies Record<string, KfuncSetRow>

export type KfuncSetName = keyof typeof KFUNC_SETS
