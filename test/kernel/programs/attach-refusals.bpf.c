// SPDX-License-Identifier: Apache-2.0
// A program of each type that is attached, which does nothing: what matters is where it may not go.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

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
PROGRAM("uprobe", user_probe, 0)
PROGRAM("usdt", user_marker, 0)
PROGRAM("perf_event", sample, 0)
PROGRAM("xdp", packet, 2)
PROGRAM("xdp", other_packet, 2)
PROGRAM("tc", classifier, 0)
PROGRAM("tcx/ingress", chained, 0)
PROGRAM("netkit/primary", primary, 0)
PROGRAM("cgroup_skb/egress", group_packet, 1)
PROGRAM("cgroup_skb/egress", other_group_packet, 1)
PROGRAM("sk_lookup", lookup, 1)
PROGRAM("flow_dissector", dissector, 0)
PROGRAM("flow_dissector", other_dissector, 0)
PROGRAM("socket", filter, 0)
PROGRAM("sk_msg", message, 1)
PROGRAM("lwt_xmit", tunnel, 0)
PROGRAM("netfilter", rule, 1)
PROGRAM("lirc_mode2", signals, 0)
PROGRAM("iter/bpf_map_elem", elements, 0)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");
