/** One kind of link: `enum bpf_link_type` of include/uapi/linux/bpf.h. */
export interface LinkTypeRow {
  /** As libbpf and bpftool print it. */
  readonly name: string
  readonly abi: string
  readonly number: number
  /** The first release that has it; undefined for what is newer than the release list. */
  readonly since: string | undefined
}

export const LINK_TYPES = [
  { name: "raw_tracepoint", abi: "BPF_LINK_TYPE_RAW_TRACEPOINT", number: 1, since: "5.8" },
  { name: "tracing", abi: "BPF_LINK_TYPE_TRACING", number: 2, since: "5.8" },
  { name: "cgroup", abi: "BPF_LINK_TYPE_CGROUP", number: 3, since: "5.8" },
  { name: "iter", abi: "BPF_LINK_TYPE_ITER", number: 4, since: "5.8" },
  { name: "netns", abi: "BPF_LINK_TYPE_NETNS", number: 5, since: "5.8" },
  { name: "xdp", abi: "BPF_LINK_TYPE_XDP", number: 6, since: "5.9" },
  { name: "perf_event", abi: "BPF_LINK_TYPE_PERF_EVENT", number: 7, since: "5.15" },
  { name: "kprobe_multi", abi: "BPF_LINK_TYPE_KPROBE_MULTI", number: 8, since: "5.18" },
  // The number came in 5.19, for struct_ops programs inside the kernel; BPF_LINK_CREATE takes it since 6.4.
  { name: "struct_ops", abi: "BPF_LINK_TYPE_STRUCT_OPS", number: 9, since: "5.19" },
  { name: "netfilter", abi: "BPF_LINK_TYPE_NETFILTER", number: 10, since: "6.4" },
  { name: "tcx", abi: "BPF_LINK_TYPE_TCX", number: 11, since: "6.6" },
  { name: "uprobe_multi", abi: "BPF_LINK_TYPE_UPROBE_MULTI", number: 12, since: "6.6" },
  { name: "netkit", abi: "BPF_LINK_TYPE_NETKIT", number: 13, since: "6.7" },
  { name: "sockmap", abi: "BPF_LINK_TYPE_SOCKMAP", number: 14, since: "6.10" },
  { name: "tracing_multi", abi: "BPF_LINK_TYPE_TRACING_MULTI", number: 15, since: undefined },
] as const satisfies readonly LinkTypeRow[]

export type LinkTypeName = (typeof LINK_TYPES)[number]["name"]
