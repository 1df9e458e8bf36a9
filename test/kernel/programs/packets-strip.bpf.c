// SPDX-License-Identifier: Apache-2.0
// XDP: takes tags and IP-in-IP headers off before the stack sees the frame, answers DNS at once, drops what is no datagram.
#include "packets.h"

#define MAX_TAGS 2

struct addresses {
	__u8 bytes[12];
};

/* Takes bytes out behind the two addresses; 0 or what the helper answered. */
static __always_inline long take_out(struct xdp_md *ctx, int count, __be16 protocol)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct addresses addresses;
	struct ethhdr *eth;
	long error;

	if (data + sizeof(addresses) > end)
		return -1;
	__builtin_memcpy(&addresses, data, sizeof(addresses));
	error = bpf_xdp_adjust_head(ctx, count);
	if (error)
		return error;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	eth = data;
	if (data + sizeof(*eth) > end)
		return -2;
	__builtin_memcpy(eth, &addresses, sizeof(addresses));
	eth->h_proto = protocol;
	return 0;
}

static __always_inline int judge_udp(void *at, void *end)
{
	struct udphdr *udp = at;

	if (at + sizeof(*udp) > end)
		return XDP_DROP;
	return udp->dest == bpf_htons(53) ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int strip(struct xdp_md *ctx)
{
	void *data, *end;
	struct ethhdr *eth;
	struct iphdr *ip;
	struct ipv6hdr *ip6;
	int tags = 0;

	noted[0] = ctx->data_end - ctx->data;
	noted[1] = bpf_xdp_get_buff_len(ctx);
	for (int i = 0; i < MAX_TAGS; i++) {
		struct vlan_header *tag;

		data = (void *)(long)ctx->data;
		end = (void *)(long)ctx->data_end;
		eth = data;
		if (data + sizeof(*eth) + sizeof(*tag) > end)
			return XDP_DROP;
		if (!IS_TAG(eth->h_proto))
			break;
		tag = data + sizeof(*eth);
		tags++;
		if (take_out(ctx, sizeof(*tag), tag->protocol))
			return XDP_ABORTED;
	}
	noted[2] = tags;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	eth = data;
	if (data + sizeof(*eth) > end)
		return XDP_DROP;
	if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		ip6 = data + sizeof(*eth);
		if ((void *)(ip6 + 1) > end)
			return XDP_DROP;
		if (ip6->nexthdr == IPPROTO_IPIP) {
			noted[3] = take_out(ctx, sizeof(*ip6), bpf_htons(ETH_P_IP));
			return XDP_PASS;
		}
		return ip6->nexthdr == IPPROTO_UDP ? judge_udp(ip6 + 1, end) : XDP_PASS;
	}
	if (eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	ip = data + sizeof(*eth);
	if ((void *)(ip + 1) > end || ip->ihl < 5)
		return XDP_DROP;
	if (IS_FRAGMENT(ip))
		return XDP_DROP;
	if (ip->protocol == IPPROTO_IPIP && ip->ihl == 5) {
		noted[3] = take_out(ctx, sizeof(*ip), bpf_htons(ETH_P_IP));
		return XDP_PASS;
	}
	if (ip->protocol == IPPROTO_UDP)
		return judge_udp((void *)ip + ip->ihl * 4, end);
	return XDP_PASS;
}
