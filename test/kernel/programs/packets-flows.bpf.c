// SPDX-License-Identifier: Apache-2.0
// A flow dissector: finds addresses and ports behind tags, options and extension headers, as the kernel's own does.
#include "packets.h"

#define MAX_TAGS 2
#define MAX_EXTENSIONS 3
#define MAX_OFFSET 0xfff

/* Bytes at an offset from the packet's start: what is not in its first piece by the helper, which needs a whole packet. */
#define load(skb, offset, to) load_bytes(skb, offset, to, sizeof(*(to)))

static __always_inline int load_bytes(struct __sk_buff *skb, __u32 offset, void *to, const __u32 count)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	/* Masked, and not only compared: verifiers of 2022 lose the comparison in a copy. */
	if (offset > MAX_OFFSET)
		return -1;
	__asm__ volatile("%0 &= %1" : "+r"(offset) : "i"(MAX_OFFSET));
	data += offset;
	if (data + count <= end) {
		__builtin_memcpy(to, data, count);
		return 0;
	}
	noted[1]++;
	noted[2] = bpf_skb_load_bytes(skb, offset, to, count);
	return noted[2] != 0;
}

static __always_inline int ports(struct __sk_buff *skb, struct bpf_flow_keys *keys, __u32 offset, __u8 protocol)
{
	__be16 found[2];

	keys->ip_proto = protocol;
	keys->thoff = offset;
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return BPF_OK;
	if (load(skb, offset, &found))
		return BPF_DROP;
	keys->sport = found[0];
	keys->dport = found[1];
	return BPF_OK;
}

static __always_inline int ipv6(struct __sk_buff *skb, struct bpf_flow_keys *keys, __u32 offset)
{
	struct ipv6hdr ip6;
	__u8 next, extension[2];

	if (load(skb, offset, &ip6))
		return BPF_DROP;
	keys->addr_proto = ETH_P_IPV6;
	__builtin_memcpy(keys->ipv6_src, &ip6.saddr, sizeof(ip6.saddr));
	__builtin_memcpy(keys->ipv6_dst, &ip6.daddr, sizeof(ip6.daddr));
	offset += sizeof(ip6);
	next = ip6.nexthdr;
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		if (next == IPPROTO_FRAGMENT) {
			keys->is_frag = 1;
			if (keys->flags & BPF_FLOW_DISSECTOR_F_STOP_AT_FLOW_LABEL)
				return BPF_OK;
		}
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_FRAGMENT && next != IPPROTO_DSTOPTS)
			break;
		if (load(skb, offset, &extension))
			return BPF_DROP;
		offset += next == IPPROTO_FRAGMENT ? 8 : (extension[1] + 1) * 8;
		next = extension[0];
	}
	return ports(skb, keys, offset, next);
}

SEC("flow_dissector")
int flows(struct __sk_buff *skb)
{
	struct bpf_flow_keys *keys = skb->flow_keys;
	__be16 protocol = keys->n_proto;
	__u32 offset = keys->nhoff;
	struct vlan_header tag;
	struct iphdr ip;

	noted[0] = (__u64)offset << 32 | keys->thoff;
	for (int i = 0; i < MAX_TAGS && IS_TAG(protocol); i++) {
		if (load(skb, offset, &tag))
			return BPF_DROP;
		protocol = tag.protocol;
		offset += sizeof(tag);
		keys->nhoff = offset;
		keys->n_proto = protocol;
	}
	if (protocol == bpf_htons(ETH_P_IPV6))
		return ipv6(skb, keys, offset);
	if (protocol != bpf_htons(ETH_P_IP))
		return BPF_DROP;
	if (load(skb, offset, &ip) || ip.ihl < 5)
		return BPF_DROP;
	keys->addr_proto = ETH_P_IP;
	keys->ipv4_src = ip.saddr;
	keys->ipv4_dst = ip.daddr;
	offset += ip.ihl * 4;
	if (IS_FRAGMENT(&ip)) {
		keys->is_frag = 1;
		keys->is_first_frag = !IS_LATER_FRAGMENT(&ip);
		if (!keys->is_first_frag) {
			keys->ip_proto = ip.protocol;
			keys->thoff = offset;
			return BPF_OK;
		}
	}
	return ports(skb, keys, offset, ip.protocol);
}
