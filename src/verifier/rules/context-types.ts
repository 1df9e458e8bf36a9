import type { TypeId } from "../../btf/index.ts"
import type { Walk } from "../walk/walk.ts"

/** The structures by which programs name their context, of each program type. */
const CONTEXT_STRUCTS: Readonly<Record<string, readonly string[]>> = {
  socket_filter: ["__sk_buff"],
  sched_cls: ["__sk_buff"],
  sched_act: ["__sk_buff"],
  cgroup_skb: ["__sk_buff"],
  lwt_in: ["__sk_buff"],
  lwt_out: ["__sk_buff"],
  lwt_xmit: ["__sk_buff"],
  lwt_seg6local: ["__sk_buff"],
  sk_skb: ["__sk_buff"],
  flow_dissector: ["__sk_buff"],
  xdp: ["xdp_md"],
  kprobe: ["pt_regs", "user_pt_regs", "bpf_user_pt_regs_t"],
  perf_event: ["bpf_perf_event_data", "pt_regs"],
  raw_tracepoint: ["bpf_raw_tracepoint_args"],
  raw_tracepoint_writable: ["bpf_raw_tracepoint_args"],
  cgroup_sock: ["bpf_sock"],
  cgroup_sock_addr: ["bpf_sock_addr"],
  sock_ops: ["bpf_sock_ops"],
  sk_msg: ["sk_msg_md"],
  cgroup_device: ["bpf_cgroup_dev_ctx"],
  cgroup_sysctl: ["bpf_sysctl"],
  cgroup_sockopt: ["bpf_sockopt"],
  sk_reuseport: ["sk_reuseport_md"],
  sk_lookup: ["bpf_sk_lookup"],
  netfilter: ["bpf_nf_ctx"],
}

/** The typedef by which kprobe programs name it on every architecture. */
const REGISTERS_TYPEDEF = "bpf_user_pt_regs_t"

/** Whether a pointer to `type` is, by its name, a pointer to the program's context. */
export function isContextType(walk: Walk, type: TypeId): boolean {
  const btf = walk.program.btf!
  const isNumbers = walk.program.type === "tracing" || walk.program.type === "raw_tracepoint"
  let id = type
  while (id !== 0) {
    const each = btf.type(id)
    if (each.kind === "typedef" && each.name === REGISTERS_TYPEDEF && walk.program.type === "kprobe")
      return true
    if (each.kind === "struct") return (CONTEXT_STRUCTS[walk.program.type] ?? []).includes(each.name)
    // Raw programs take an array of 64-bit numbers.
    if (each.kind === "int") return isNumbers && each.size === 8 && each.encoding === ""
    if (each.kind !== "typedef" && each.kind !== "const" && each.kind !== "volatile") return false
    id = each.type
  }
  return false
}

/** Whether a structure of this name is the program's context. */
export function isContextStruct({ program }: Walk, name: string): boolean {
  return name !== "" && (CONTEXT_STRUCTS[program.type] ?? []).includes(name)
}

/** The kernel's own structure behind each context. */
const KERNEL_CONTEXTS: Readonly<Record<string, string>> = {
  __sk_buff: "sk_buff",
  xdp_md: "xdp_buff",
  bpf_sock: "sock",
  bpf_sock_addr: "bpf_sock_addr_kern",
  bpf_sock_ops: "bpf_sock_ops_kern",
  sk_msg_md: "sk_msg",
  bpf_sysctl: "bpf_sysctl_kern",
  bpf_sockopt: "bpf_sockopt_kern",
  sk_reuseport_md: "sk_reuseport_kern",
  bpf_sk_lookup: "bpf_sk_lookup_kern",
  bpf_perf_event_data: "bpf_perf_event_data_kern",
  pt_regs: "pt_regs",
  bpf_nf_ctx: "bpf_nf_ctx",
}

export function kernelContextOf({ program }: Walk): string | undefined {
  return KERNEL_CONTEXTS[CONTEXT_STRUCTS[program.type]?.[0] ?? ""]
}
