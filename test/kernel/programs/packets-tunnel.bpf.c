// SPDX-License-Identifier: Apache-2.0
// An action of traffic control: packs IPv4 into IPv4, IP-in-IP out again, and IPv6 over UDP into IPv4 (as NAT64 does).
#include "packets.h"

#define TUNNEL_TTL 63

static __always_inline __u16 header_sum(struct iphdr *ip)
{
	return ~fold((__u64)bpf_csum_diff(0, 0, (__be32 *)ip, sizeof(*ip), 0));
}

static __always_inline int pack(struct __sk_buff *skb, __u16 inner)
{
	struct iphdr outer = {
		.version = 4,
		.ihl = 5,
		.tot_len = bpf_htons(inner + sizeof(outer)),
		.ttl = TUNNEL_TTL,
		.protocol = IPPROTO_IPIP,
		.saddr = bpf_htonl(0xac100001),
		.daddr = bpf_htonl(0xac100002),
	};

	noted[0] = bpf_skb_adjust_room(skb, sizeof(outer), BPF_ADJ_ROOM_MAC,
				       BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_FIXED_GSO);
	if (noted[0])
		return TC_ACT_SHOT;
	outer.check = header_sum(&outer);
	noted[1] = bpf_skb_store_bytes(skb, ETH_HLEN, &outer, sizeof(outer), BPF_F_INVALIDATE_HASH);
	/* A second header of this kind is too much. */
	noted[2] = bpf_skb_adjust_room(skb, sizeof(outer), BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4);
	noted[3] = bpf_skb_change_tail(skb, skb->len + 4, 0);
	return TC_ACT_PIPE;
}

static __always_inline int unpack(struct __sk_buff *skb)
{
	noted[0] = bpf_skb_adjust_room(skb, -(int)sizeof(struct iphdr), BPF_ADJ_ROOM_MAC, 0);
	noted[1] = bpf_skb_adjust_room(skb, -0x1000, BPF_ADJ_ROOM_MAC, 0);
	return noted[0] ? TC_ACT_SHOT : TC_ACT_OK;
}

static __always_inline int to_ipv4(struct __sk_buff *skb, struct ipv6hdr *ip6)
{
	__be16 type = bpf_htons(ETH_P_IP);
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = bpf_htons(bpf_ntohs(ip6->payload_len) + sizeof(ip)),
		.ttl = ip6->hop_limit,
		.protocol = ip6->nexthdr,
		.saddr = ip6->saddr.s6_addr32[3],
		.daddr = ip6->daddr.s6_addr32[3],
	};

	noted[0] = bpf_skb_change_proto(skb, type, 0);
	if (noted[0])
		return TC_ACT_SHOT;
	ip.check = header_sum(&ip);
	noted[1] = bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), 0);
	noted[2] = bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_proto), &type, sizeof(type), 0);
	noted[3] = (__u64)skb->protocol << 32 | skb->len;
	return TC_ACT_RECLASSIFY;
}

SEC("action")
int tunnel(struct __sk_buff *skb)
{
	struct iphdr ip;
	struct ipv6hdr ip6;

	noted[4] = bpf_csum_level(skb, BPF_CSUM_LEVEL_QUERY);
	noted[5] = bpf_csum_update(skb, 1);
	switch (skb->protocol) {
	case bpf_htons(ETH_P_IP):
		if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)))
			return TC_ACT_SHOT;
		if (ip.protocol == IPPROTO_IPIP)
			return unpack(skb);
		if (ip.protocol == IPPROTO_ICMP) {
			noted[0] = bpf_skb_change_proto(skb, bpf_htons(ETH_P_IPV6), 0);
			noted[1] = (__u64)skb->protocol << 32 | skb->len;
			/* Room behind the network header, where options of IPv6 would be. */
			noted[2] = bpf_skb_adjust_room(skb, 8, BPF_ADJ_ROOM_NET, 0);
			noted[3] = bpf_skb_adjust_room(skb, -24, BPF_ADJ_ROOM_NET, BPF_F_ADJ_ROOM_FIXED_GSO);
			return TC_ACT_OK;
		}
		return pack(skb, bpf_ntohs(ip.tot_len));
	case bpf_htons(ETH_P_IPV6):
		if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip6, sizeof(ip6)))
			return TC_ACT_SHOT;
		if (ip6.nexthdr == IPPROTO_UDP)
			return to_ipv4(skb, &ip6);
		if (ip6.nexthdr == IPPROTO_IPIP) {
			noted[0] = bpf_skb_adjust_room(skb, -(int)sizeof(ip6), BPF_ADJ_ROOM_MAC,
						       skb->len > 100 ? 0 : BPF_F_ADJ_ROOM_FIXED_GSO);
			return TC_ACT_OK;
		}
		return TC_ACT_UNSPEC;
	default:
		noted[0] = bpf_skb_change_proto(skb, bpf_htons(ETH_P_IPV6), 0);
		noted[1] = bpf_skb_adjust_room(skb, 8, BPF_ADJ_ROOM_MAC, 0);
		return TC_ACT_UNSPEC;
	}
}
