// SPDX-License-Identifier: Apache-2.0
// A flow dissector that looks into an encapsulation of its own, and answers what it is told to; a classifier asks for the hash
// that the kernel makes of the flow.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* A packet within UDP, behind four bytes that nobody else knows. */
#define TUNNEL_PORT 7777
#define TUNNEL_HEADER 4

int answer;
__u32 hash;

static __always_inline int load(struct __sk_buff *skb, int offset, void *to, int size)
{
	return bpf_skb_load_bytes(skb, offset, to, size);
}

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	struct bpf_flow_keys *keys = skb->flow_keys;
	__u16 offset = keys->nhoff;
	struct udphdr udp;
	struct iphdr ip;

	if (answer != BPF_OK)
		return answer;
	if (keys->n_proto != bpf_htons(ETH_P_IP) || load(skb, offset, &ip, sizeof(ip)))
		return BPF_DROP;
	offset += sizeof(ip);
	if (ip.protocol == IPPROTO_UDP && !load(skb, offset, &udp, sizeof(udp)) &&
	    udp.dest == bpf_htons(TUNNEL_PORT)) {
		offset += sizeof(udp) + TUNNEL_HEADER;
		if (load(skb, offset, &ip, sizeof(ip)))
			return BPF_DROP;
		keys->is_encap = 1;
		offset += sizeof(ip);
	}
	keys->addr_proto = ETH_P_IP;
	keys->ipv4_src = ip.saddr;
	keys->ipv4_dst = ip.daddr;
	keys->ip_proto = ip.protocol;
	keys->thoff = offset;
	return BPF_OK;
}

SEC("tc")
int ask(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		hash = bpf_get_hash_recalc(skb);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
