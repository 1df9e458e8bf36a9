/** Options of the kernel's build that decide what BPF can do. */
export const PROBED_OPTIONS = [
  // The system call, the compilers, types.
  ...["BPF", "BPF_SYSCALL", "HAVE_EBPF_JIT", "BPF_JIT", "BPF_JIT_ALWAYS_ON"],
  ...["DEBUG_INFO_BTF", "DEBUG_INFO_BTF_MODULES"],
  // Control groups.
  ...["CGROUPS", "CGROUP_BPF", "CGROUP_NET_CLASSID", "SOCK_CGROUP_DATA"],
  // Tracing.
  ...["BPF_EVENTS", "KPROBE_EVENTS", "UPROBE_EVENTS", "TRACING", "FTRACE_SYSCALLS"],
  ...["FUNCTION_ERROR_INJECTION", "BPF_KPROBE_OVERRIDE"],
  // The network.
  ...["NET", "XDP_SOCKETS", "LWTUNNEL_BPF", "NET_ACT_BPF", "NET_CLS_BPF", "NET_CLS_ACT", "NET_SCH_INGRESS"],
  ...["XFRM", "IP_ROUTE_CLASSID", "IPV6_SEG6_BPF", "BPF_LIRC_MODE2", "BPF_STREAM_PARSER"],
  ...["NETFILTER_XT_MATCH_BPF", "BPFILTER", "BPFILTER_UMH"],
  "TEST_BPF",
  // Programs that count in jiffies need it.
  "HZ",
].map(name => `CONFIG_${name}`)
