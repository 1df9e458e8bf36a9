// SPDX-License-Identifier: Apache-2.0
// A control group's firewall: only some ports, no fragments that hide them.
#include "packets.h"

static __always_inline int judge_port(__be16 port)
{
	noted[2] = port;
	return port == bpf_htons(53) || port == bpf_htons(443);
}

SEC("cgroup_skb/ingress")
int firewall(struct __sk_buff *skb)
{
	__u8 version = 0, first;
	__be16 port;

	noted[0] = skb->len;
	noted[1] = bpf_skb_load_bytes_relative(skb, 0, &first, 1, BPF_HDR_START_NET);
	version = first >> 4;
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr ip;

		if (version != 4 || bpf_skb_load_bytes_relative(skb, 0, &ip, sizeof(ip), BPF_HDR_START_NET))
			return 0;
		if (ip.protocol != IPPROTO_TCP && ip.protocol != IPPROTO_UDP)
			return 1;
		if (IS_LATER_FRAGMENT(&ip) ||
		    bpf_skb_load_bytes_relative(skb, ip.ihl * 4 + 2, &port, sizeof(port), BPF_HDR_START_NET))
			return 0;
		return judge_port(port);
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr ip6;
		__u8 source[ETH_ALEN];

		noted[3] = bpf_skb_load_bytes_relative(skb, ETH_ALEN, source, sizeof(source), BPF_HDR_START_MAC);
		noted[4] = source[5];
		if (version != 6 || bpf_skb_load_bytes(skb, 0, &ip6, sizeof(ip6)))
			return 0;
		if (ip6.nexthdr != IPPROTO_TCP && ip6.nexthdr != IPPROTO_UDP)
			return 1;
		if (bpf_skb_load_bytes(skb, sizeof(ip6) + 2, &port, sizeof(port)))
			return 0;
		return judge_port(port);
	}
	/* ARP and the like are not for this group. */
	return 0;
}
