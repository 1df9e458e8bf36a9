// SPDX-License-Identifier: Apache-2.0
// One small program for every hook of the network stack: each counts in `seen`, and refuses where `deny` is set.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

long seen;
/* Set before the load. */
int deny;

/* Counts the packet; the verdict is for packets that pass or do not. */
static __always_inline int count(int pass, int refuse)
{
	__sync_fetch_and_add(&seen, 1);
	return deny ? refuse : pass;
}

#define PROGRAM(section, name, context, pass, refuse)                                                          \
	SEC(section) int name(struct context *ctx)                                                             \
	{                                                                                                      \
		return count(pass, refuse);                                                                    \
	}

PROGRAM("socket", socket_filter, __sk_buff, 0xffff, 0)
PROGRAM("socket", reuseport_index, __sk_buff, 0, 0)
PROGRAM("tc", classify, __sk_buff, TC_ACT_UNSPEC, TC_ACT_SHOT)
PROGRAM("tcx/ingress", tcx_ingress, __sk_buff, TC_ACT_UNSPEC, TC_ACT_SHOT)
PROGRAM("tcx/egress", tcx_egress, __sk_buff, TC_ACT_UNSPEC, TC_ACT_SHOT)
PROGRAM("netkit/primary", netkit_primary, __sk_buff, TC_ACT_UNSPEC, TC_ACT_SHOT)
PROGRAM("netkit/peer", netkit_peer, __sk_buff, TC_ACT_UNSPEC, TC_ACT_SHOT)
PROGRAM("action", act, __sk_buff, TC_ACT_PIPE, TC_ACT_SHOT)
PROGRAM("xdp", xdp_program, xdp_md, XDP_PASS, XDP_DROP)
PROGRAM("xdp", xdp_second, xdp_md, XDP_PASS, XDP_DROP)
PROGRAM("xdp.frags", xdp_frags, xdp_md, XDP_PASS, XDP_DROP)
PROGRAM("xdp/devmap", xdp_devmap, xdp_md, XDP_PASS, XDP_DROP)
PROGRAM("xdp/cpumap", xdp_cpumap, xdp_md, XDP_PASS, XDP_DROP)
PROGRAM("sk_lookup", lookup, bpf_sk_lookup, SK_PASS, SK_DROP)
PROGRAM("flow_dissector", dissect, __sk_buff, BPF_FLOW_DISSECTOR_CONTINUE, BPF_DROP)
PROGRAM("lwt_in", tunnel_in, __sk_buff, BPF_OK, BPF_DROP)
PROGRAM("lwt_out", tunnel_out, __sk_buff, BPF_OK, BPF_DROP)
PROGRAM("lwt_xmit", tunnel_xmit, __sk_buff, BPF_OK, BPF_DROP)
PROGRAM("lwt_seg6local", tunnel_seg6local, __sk_buff, BPF_OK, BPF_DROP)
PROGRAM("sk_reuseport", select, sk_reuseport_md, SK_PASS, SK_DROP)
PROGRAM("sk_msg", message, sk_msg_md, SK_PASS, SK_DROP)
PROGRAM("sk_skb/stream_verdict", stream_verdict, __sk_buff, SK_PASS, SK_DROP)
PROGRAM("sk_skb/verdict", verdict, __sk_buff, SK_PASS, SK_DROP)
PROGRAM("sk_skb", unspecific, __sk_buff, SK_PASS, SK_DROP)

/* Asks for the packet's hash, which the flow dissector finds. */
SEC("tc")
int hash(struct __sk_buff *ctx)
{
	bpf_get_hash_recalc(ctx);
	return TC_ACT_UNSPEC;
}

/* The whole of what has arrived is one message. */
SEC("sk_skb/stream_parser")
int stream_parser(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&seen, 1);
	return skb->len;
}

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 8);
} devices SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 8);
} processors SEC(".maps");

SEC("xdp")
int to_device(struct xdp_md *ctx)
{
	return bpf_redirect_map(&devices, 0, XDP_PASS);
}

SEC("xdp")
int to_processor(struct xdp_md *ctx)
{
	return bpf_redirect_map(&processors, 0, XDP_PASS);
}
