// SPDX-License-Identifier: Apache-2.0
// A program on every hook that a UDP datagram passes on its way out, in and through: each notes its number, in order.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define PORT 4001
#define MOST 32

enum step {
	SOCK_CREATE = 1,
	BIND,
	POST_BIND,
	SENDMSG,
	NF_OUTPUT,
	LWT_OUT,
	NF_POSTROUTING,
	GROUP_EGRESS,
	LWT_XMIT,
	TCX_EGRESS,
	TC_EGRESS,
	XDP_NATIVE,
	TCX_INGRESS,
	TC_INGRESS,
	NF_PREROUTING,
	NF_INPUT,
	LOOKUP,
	GROUP_INGRESS,
	SOCKET_FILTER,
	RECVMSG,
	SOCK_RELEASE,
	FLOW_DISSECTOR,
	LWT_IN,
	NF_FORWARD,
	REUSEPORT,
	SKB_VERDICT,
};

__u32 steps;
__u8 trail[MOST];

static __always_inline void note(__u8 step)
{
	__u32 at = __sync_fetch_and_add(&steps, 1);

	if (at < MOST)
		trail[at] = step;
}

struct headers {
	struct iphdr ip;
	struct udphdr udp;
};

static __always_inline int is_ours(const struct headers *packet)
{
	return packet->ip.version == 4 && packet->ip.protocol == IPPROTO_UDP &&
	       (packet->udp.source == bpf_htons(PORT) || packet->udp.dest == bpf_htons(PORT));
}

static __always_inline void note_packet(struct __sk_buff *skb, __u32 offset, __u8 step)
{
	struct headers packet;

	if (!bpf_skb_load_bytes(skb, offset, &packet, sizeof(packet)) && is_ours(&packet))
		note(step);
}

#define GROUP_PROGRAM(section, name, context, step)                                                            \
	SEC(section) int name(struct context *ctx)                                                             \
	{                                                                                                      \
		note(step);                                                                                    \
		return 1;                                                                                      \
	}

#define PACKET_PROGRAM(section, name, offset, step, verdict)                                                   \
	SEC(section) int name(struct __sk_buff *skb)                                                           \
	{                                                                                                      \
		note_packet(skb, offset, step);                                                                \
		return verdict;                                                                                \
	}

GROUP_PROGRAM("cgroup/sock_create", sock_create, bpf_sock, SOCK_CREATE)
GROUP_PROGRAM("cgroup/bind4", bind, bpf_sock_addr, BIND)
GROUP_PROGRAM("cgroup/post_bind4", post_bind, bpf_sock, POST_BIND)
GROUP_PROGRAM("cgroup/sendmsg4", sendmsg, bpf_sock_addr, SENDMSG)
GROUP_PROGRAM("cgroup/recvmsg4", recvmsg, bpf_sock_addr, RECVMSG)
GROUP_PROGRAM("cgroup/sock_release", sock_release, bpf_sock, SOCK_RELEASE)

PACKET_PROGRAM("cgroup_skb/egress", group_egress, 0, GROUP_EGRESS, 1)
PACKET_PROGRAM("cgroup_skb/ingress", group_ingress, 0, GROUP_INGRESS, 1)
PACKET_PROGRAM("lwt_in", route_in, 0, LWT_IN, BPF_OK)
PACKET_PROGRAM("lwt_out", route_out, 0, LWT_OUT, BPF_OK)
PACKET_PROGRAM("lwt_xmit", route_xmit, 0, LWT_XMIT, BPF_OK)
PACKET_PROGRAM("tc", tc_egress, ETH_HLEN, TC_EGRESS, TC_ACT_OK)
PACKET_PROGRAM("tcx/egress", tcx_egress, ETH_HLEN, TCX_EGRESS, TC_ACT_UNSPEC)
PACKET_PROGRAM("tcx/ingress", tcx_ingress, ETH_HLEN, TCX_INGRESS, TC_ACT_UNSPEC)

/* Whoever wants the flow's hash asks the dissector. */
SEC("tc")
int tc_ingress(struct __sk_buff *skb)
{
	note_packet(skb, ETH_HLEN, TC_INGRESS);
	bpf_get_hash_recalc(skb);
	return TC_ACT_OK;
}

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	struct bpf_flow_keys *keys = skb->flow_keys;
	struct headers packet;

	if (keys->n_proto == bpf_htons(ETH_P_IP) && !bpf_skb_load_bytes(skb, keys->nhoff, &packet, sizeof(packet))) {
		if (is_ours(&packet))
			note(FLOW_DISSECTOR);
		keys->addr_proto = ETH_P_IP;
		keys->ipv4_src = packet.ip.saddr;
		keys->ipv4_dst = packet.ip.daddr;
		keys->ip_proto = packet.ip.protocol;
		keys->thoff = keys->nhoff + packet.ip.ihl * 4;
	}
	return BPF_OK;
}

/* Of sockets that share their port: which one gets the packet. */
SEC("sk_reuseport")
int choose(struct sk_reuseport_md *ctx)
{
	note(REUSEPORT);
	return SK_PASS;
}

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} served SEC(".maps");

SEC("sk_skb/verdict")
int verdict(struct __sk_buff *skb)
{
	note(SKB_VERDICT);
	return SK_PASS;
}

/* A UDP socket's filter sees its packet from the UDP header on. */
SEC("socket")
int socket_filter(struct __sk_buff *skb)
{
	note(SOCKET_FILTER);
	return 0xffff;
}

SEC("sk_lookup")
int lookup(struct bpf_sk_lookup *ctx)
{
	if (ctx->local_port == PORT && ctx->protocol == IPPROTO_UDP)
		note(LOOKUP);
	return SK_PASS;
}

SEC("xdp")
int driver(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct headers *packet = data + ETH_HLEN;

	if ((void *)(packet + 1) <= end && is_ours(packet))
		note(XDP_NATIVE);
	return XDP_PASS;
}

struct sk_buff;
struct nf_hook_state;

struct bpf_nf_ctx {
	const struct nf_hook_state *state;
	struct sk_buff *skb;
} __attribute__((preserve_access_index));

extern int bpf_dynptr_from_skb(struct sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;

static __always_inline int note_hook(struct bpf_nf_ctx *ctx, __u8 step)
{
	struct bpf_dynptr bytes;
	struct headers packet;

	if (!bpf_dynptr_from_skb(ctx->skb, 0, &bytes) && !bpf_dynptr_read(&packet, sizeof(packet), &bytes, 0, 0) &&
	    is_ours(&packet))
		note(step);
	return NF_ACCEPT;
}

#define HOOK_PROGRAM(name, step)                                                                               \
	SEC("netfilter") int name(struct bpf_nf_ctx *ctx)                                                      \
	{                                                                                                      \
		return note_hook(ctx, step);                                                                   \
	}

HOOK_PROGRAM(nf_output, NF_OUTPUT)
HOOK_PROGRAM(nf_postrouting, NF_POSTROUTING)
HOOK_PROGRAM(nf_prerouting, NF_PREROUTING)
HOOK_PROGRAM(nf_input, NF_INPUT)
HOOK_PROGRAM(nf_forward, NF_FORWARD)
