// SPDX-License-Identifier: Apache-2.0
// Traffic control: sends port 80 and 53 on to another address and port, with every checksum mended.
#include "packets.h"

#define NEW_ADDRESS bpf_htonl(0xc0a80105)
#define FLAGS_OF(protocol) ((protocol) == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0)

/* Where the checksum is in a header of this transport. */
static __always_inline int checksum_at(__u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return offsetof(struct tcphdr, check);
	case IPPROTO_UDP:
		return offsetof(struct udphdr, check);
	default:
		return -1;
	}
}

static __always_inline __be16 new_port(__be16 port)
{
	switch (port) {
	case bpf_htons(80):
		return bpf_htons(8080);
	case bpf_htons(53):
		return bpf_htons(5353);
	default:
		return 0;
	}
}

static __always_inline int change_port(struct __sk_buff *skb, int transport, __u8 protocol, int sum)
{
	__be16 ports[2], port;

	if (bpf_skb_load_bytes(skb, transport, ports, sizeof(ports)))
		return TC_ACT_SHOT;
	port = new_port(ports[1]);
	if (!port)
		return TC_ACT_UNSPEC;
	noted[3] = bpf_l4_csum_replace(skb, sum, ports[1], port, FLAGS_OF(protocol) | sizeof(port));
	noted[4] = bpf_skb_store_bytes(skb, transport + 2, &port, sizeof(port), BPF_F_INVALIDATE_HASH);
	return TC_ACT_OK;
}

static __always_inline int nat6(struct __sk_buff *skb)
{
	struct in6_addr new = {}, old;
	const int at = ETH_HLEN + offsetof(struct ipv6hdr, daddr), transport = ETH_HLEN + sizeof(struct ipv6hdr);
	__s64 difference;
	__u8 protocol;
	int sum;

	if (bpf_skb_load_bytes(skb, ETH_HLEN + offsetof(struct ipv6hdr, nexthdr), &protocol, 1))
		return TC_ACT_SHOT;
	sum = checksum_at(protocol);
	if (sum < 0)
		return TC_ACT_UNSPEC;
	if (bpf_skb_load_bytes(skb, at, &old, sizeof(old)))
		return TC_ACT_SHOT;
	new.s6_addr[0] = 0xfd;
	new.s6_addr[1] = 2;
	new.s6_addr[15] = 9;
	difference = bpf_csum_diff((__be32 *)&old, sizeof(old), (__be32 *)&new, sizeof(new), 0);
	noted[0] = difference;
	noted[1] = bpf_l4_csum_replace(skb, transport + sum, 0, difference, BPF_F_PSEUDO_HDR | FLAGS_OF(protocol));
	if (noted[1])
		return TC_ACT_SHOT;
	noted[2] = bpf_skb_store_bytes(skb, at, &new, sizeof(new), 0);
	return change_port(skb, transport, protocol, transport + sum);
}

SEC("tc")
int nat(struct __sk_buff *skb)
{
	struct iphdr ip;
	__be32 address = NEW_ADDRESS;
	int transport, sum;

	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return nat6(skb);
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_UNSPEC;
	if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)) || ip.ihl < 5)
		return TC_ACT_SHOT;
	sum = checksum_at(ip.protocol);
	if (sum < 0 || IS_LATER_FRAGMENT(&ip))
		return TC_ACT_UNSPEC;
	transport = ETH_HLEN + ip.ihl * 4;
	sum += transport;
	noted[0] = bpf_l4_csum_replace(skb, sum, ip.daddr, address,
				       BPF_F_PSEUDO_HDR | FLAGS_OF(ip.protocol) | sizeof(address));
	if (noted[0])
		return TC_ACT_SHOT;
	noted[1] = bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), ip.daddr, address,
				       sizeof(address));
	noted[2] = bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct iphdr, daddr), &address, sizeof(address),
				       BPF_F_RECOMPUTE_CSUM);
	return change_port(skb, transport, ip.protocol, sum);
}
