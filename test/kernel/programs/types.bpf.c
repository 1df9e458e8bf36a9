// SPDX-License-Identifier: Apache-2.0
// The smallest program of every type that loads without a target of its own.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define PROGRAM(section, name)                                                                               \
	SEC(section) int load_##name(void *ctx)                                                                     \
	{                                                                                                    \
		return 1;                                                                                    \
	}

PROGRAM("socket", socket_filter)
PROGRAM("kprobe", kprobe)
PROGRAM("tc", sched_cls)
PROGRAM("action", sched_act)
PROGRAM("tp", tracepoint)
PROGRAM("xdp", xdp)
PROGRAM("perf_event", perf_event)
PROGRAM("cgroup_skb/ingress", cgroup_skb)
PROGRAM("cgroup/sock", cgroup_sock)
PROGRAM("lwt_in", lwt_in)
PROGRAM("lwt_out", lwt_out)
PROGRAM("lwt_xmit", lwt_xmit)
PROGRAM("lwt_seg6local", lwt_seg6local)
PROGRAM("sockops", sock_ops)
PROGRAM("sk_skb", sk_skb)
PROGRAM("cgroup/dev", cgroup_device)
PROGRAM("sk_msg", sk_msg)
PROGRAM("raw_tp", raw_tracepoint)
PROGRAM("raw_tp.w", raw_tracepoint_writable)
PROGRAM("cgroup/connect4", cgroup_sock_addr)
PROGRAM("sk_reuseport", sk_reuseport)
PROGRAM("flow_dissector", flow_dissector)
PROGRAM("cgroup/sysctl", cgroup_sysctl)
PROGRAM("cgroup/getsockopt", cgroup_sockopt)
PROGRAM("sk_lookup", sk_lookup)
PROGRAM("syscall", syscall_program)
PROGRAM("netfilter", netfilter)

char LICENSE[] SEC("license") = "GPL";
