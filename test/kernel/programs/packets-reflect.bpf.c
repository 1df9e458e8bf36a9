// SPDX-License-Identifier: Apache-2.0
// XDP: sends frames back where they came from, pings answered, what is too long cut, the rest in a tag of its own.
#include "packets.h"

#define LONGEST 1200
#define ANSWER_BYTES 98
/* Types of ICMP. */
#define ECHO_REPLY 0
#define ECHO_REQUEST 8

struct icmp_header {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be32 rest;
};

/* What leaves is tagged with the VLAN 200. */
static __always_inline int push_tag(struct xdp_md *ctx)
{
	void *data, *end;
	struct ethhdr *eth, old;
	struct vlan_header *tag;

	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + sizeof(old) > end)
		return XDP_DROP;
	__builtin_memcpy(&old, data, sizeof(old));
	noted[0] = bpf_xdp_adjust_head(ctx, -(int)sizeof(*tag));
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	eth = data;
	tag = data + sizeof(*eth);
	if ((void *)(tag + 1) > end)
		return XDP_ABORTED;
	__builtin_memcpy(eth->h_dest, old.h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, old.h_dest, ETH_ALEN);
	eth->h_proto = bpf_htons(ETH_P_8021Q);
	tag->tag = bpf_htons(200);
	tag->protocol = old.h_proto;
	return XDP_TX;
}

static __always_inline void swap_addresses(struct ethhdr *eth)
{
	__u8 address[ETH_ALEN];

	__builtin_memcpy(address, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, address, ETH_ALEN);
}

SEC("xdp")
int reflect(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct icmp_header *icmp;
	__u32 last = 0;
	__be32 address;

	noted[1] = bpf_xdp_get_buff_len(ctx);
	noted[2] = bpf_xdp_load_bytes(ctx, noted[1] - 4, &last, 4);
	noted[3] = last;
	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	if (eth->h_proto != bpf_htons(ETH_P_IP))
		return push_tag(ctx);
	if (noted[1] > LONGEST) {
		swap_addresses(eth);
		noted[4] = bpf_xdp_adjust_tail(ctx, ANSWER_BYTES - (int)noted[1]);
		return XDP_TX;
	}
	icmp = (void *)ip + ip->ihl * 4;
	if (ip->protocol != IPPROTO_ICMP || (void *)(icmp + 1) > end || icmp->type != ECHO_REQUEST || IS_FRAGMENT(ip))
		return push_tag(ctx);
	swap_addresses(eth);
	address = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = address;
	icmp->type = ECHO_REPLY;
	icmp->checksum = fold((__u64)icmp->checksum + bpf_htons(ECHO_REQUEST << 8));
	/* Room for a stamp behind the answer. */
	noted[5] = bpf_xdp_adjust_tail(ctx, 8);
	last = 0x01020304;
	noted[6] = bpf_xdp_store_bytes(ctx, bpf_xdp_get_buff_len(ctx) - 4, &last, 4);
	return XDP_TX;
}
