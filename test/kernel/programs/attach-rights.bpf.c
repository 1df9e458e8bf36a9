// SPDX-License-Identifier: Apache-2.0
// Programs for each way to attach one, which do nothing: what matters is who may attach them, and what takes their place.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "GPL";

#define PROGRAM(section, name, answer)                                                                         \
	SEC(section) int name(void *ctx)                                                                       \
	{                                                                                                      \
		return answer;                                                                                 \
	}

PROGRAM("kprobe", probe, 0)
PROGRAM("kprobe.multi", probes, 0)
PROGRAM("tracepoint", event, 0)
PROGRAM("raw_tp", raw_event, 0)
PROGRAM("tp_btf/sched_process_exec", typed_event, 0)
PROGRAM("fentry/do_unlinkat", entry, 0)
PROGRAM("fmod_ret/security_path_rmdir", modify, 0)
PROGRAM("lsm/path_rmdir", guard, 0)
PROGRAM("uprobe", user_probe, 0)
PROGRAM("uprobe.multi", user_probes, 0)
PROGRAM("perf_event", sample, 0)
PROGRAM("iter/task", tasks, 0)
PROGRAM("iter/task", other_tasks, 0)
PROGRAM("iter/bpf_map_elem", elements, 0)
PROGRAM("xdp", packet, 2)
PROGRAM("xdp", other_packet, 2)
PROGRAM("tc", classifier, 0)
PROGRAM("action", act, 0)
PROGRAM("tcx/ingress", chained, 0)
PROGRAM("netkit/primary", primary, 0)
PROGRAM("cgroup_skb/egress", group_packet, 1)
PROGRAM("cgroup_skb/ingress", group_arrival, 1)
PROGRAM("cgroup/sock_create", group_socket, 1)
PROGRAM("cgroup/sock_create", no_group_socket, 0)
PROGRAM("cgroup/connect4", group_connect, 1)
PROGRAM("sockops", group_stream, 1)
PROGRAM("cgroup/dev", group_device, 1)
PROGRAM("cgroup/sysctl", group_sysctl, 1)
PROGRAM("cgroup/getsockopt", group_option, 1)
PROGRAM("lsm_cgroup/socket_bind", group_guard, 1)
PROGRAM("lsm_cgroup/socket_listen", other_group_guard, 1)
PROGRAM("sk_lookup", lookup, 1)
PROGRAM("sk_lookup", other_lookup, 1)
PROGRAM("flow_dissector", dissector, 0)
PROGRAM("socket", filter, 0)
PROGRAM("sk_reuseport", selector, 1)
PROGRAM("sk_msg", message, 1)
PROGRAM("sk_msg", other_message, 1)
PROGRAM("lwt_in", tunnel_in, 0)
PROGRAM("lwt_xmit", tunnel, 0)
PROGRAM("lwt_seg6local", segment, 0)
PROGRAM("netfilter", rule, 1)
PROGRAM("lirc_mode2", signals, 0)

SEC("usdt") int BPF_USDT(user_marker)
{
	return bpf_usdt_arg_cnt(ctx) > 9;
}

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");
