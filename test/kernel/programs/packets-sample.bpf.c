// SPDX-License-Identifier: Apache-2.0
// A socket filter that keeps headers: all of DNS, the start of TCP, nothing of the rest.
#include "packets.h"

#define ALL 0xffff

SEC("socket")
int sample(struct __sk_buff *skb)
{
	__u32 offset = 0, hash;
	__be16 ports[2];
	__u8 protocol, first;

	noted[0] = skb->protocol;
	noted[1] = skb->pkt_type;
	noted[2] = bpf_skb_load_bytes(skb, 0, &first, 1);
	if (noted[2])
		return 0;
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		if (bpf_skb_load_bytes(skb, offsetof(struct iphdr, protocol), &protocol, 1))
			return 0;
		offset = (first & 0xf) * 4;
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		if (bpf_skb_load_bytes(skb, offsetof(struct ipv6hdr, nexthdr), &protocol, 1))
			return 0;
		offset = sizeof(struct ipv6hdr);
	} else {
		return 0;
	}
	noted[3] = protocol;
	if (bpf_skb_load_bytes(skb, offset, ports, sizeof(ports)))
		return 0;
	hash = ports[0] ^ ports[1];
	noted[4] = hash;
	/* Classic loads end the program where there is nothing to load. */
	switch (protocol) {
	case IPPROTO_UDP:
		noted[5] = bpf_skb_load_bytes_relative(skb, offset + 4, &hash, 2, BPF_HDR_START_NET);
		return ports[0] == bpf_htons(53) || ports[1] == bpf_htons(53) ? ALL : 0;
	case IPPROTO_TCP:
		return offset + sizeof(struct tcphdr);
	default:
		return offset;
	}
}
