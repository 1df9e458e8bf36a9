// SPDX-License-Identifier: Apache-2.0
// Finds the flow of packets for the kernel: their addresses and protocol, from which it makes their hash. A classifier asks for
// that hash of each packet.
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

long dissected, other;
__u32 address_type, protocol, source, target;
__u32 network_offset, transport_offset, hashes_equal;

static __u32 last_hash;

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	struct bpf_flow_keys *keys = skb->flow_keys;
	struct iphdr ip;

	if (keys->n_proto != bpf_htons(ETH_P_IP) || bpf_skb_load_bytes(skb, keys->nhoff, &ip, sizeof(ip))) {
		__sync_fetch_and_add(&other, 1);
		return BPF_OK;
	}
	keys->addr_proto = ETH_P_IP;
	keys->ipv4_src = ip.saddr;
	keys->ipv4_dst = ip.daddr;
	keys->ip_proto = ip.protocol;
	keys->thoff = keys->nhoff + ip.ihl * 4;
	__sync_fetch_and_add(&dissected, 1);
	address_type = keys->addr_proto;
	protocol = keys->ip_proto;
	source = keys->ipv4_src;
	target = keys->ipv4_dst;
	transport_offset = keys->thoff - keys->nhoff;
	return BPF_OK;
}

SEC("tc")
int hash(struct __sk_buff *skb)
{
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	__u32 hash = bpf_get_hash_recalc(skb);

	hashes_equal = hash == last_hash;
	last_hash = hash;
	return TC_ACT_OK;
}
