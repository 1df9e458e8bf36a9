// SPDX-License-Identifier: Apache-2.0
// Spreads echo requests for one virtual address over the machines behind it, without state: out with another
// destination, back with the virtual address as source.
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define BACKENDS 2

const volatile __u32 virtual_address;
const volatile __u32 backends[BACKENDS];

/* Requests that went to each. */
__u64 sent[BACKENDS];
__u64 answered;

static int rewrite(struct __sk_buff *skb, __u32 offset, __u32 old, __u32 new)
{
	const __u32 checksum = ETH_HLEN + offsetof(struct iphdr, check);

	if (bpf_l3_csum_replace(skb, checksum, old, new, sizeof(new)))
		return TC_ACT_SHOT;
	if (bpf_skb_store_bytes(skb, ETH_HLEN + offset, &new, sizeof(new), 0))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

SEC("tc")
int balance(struct __sk_buff *skb)
{
	struct iphdr ip;

	if (skb->protocol != bpf_htons(ETH_P_IP) || bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)))
		return TC_ACT_OK;
	if (ip.daddr != virtual_address)
		return TC_ACT_OK;
	__u32 next = (sent[0] + sent[1]) & (BACKENDS - 1);
	__sync_fetch_and_add(&sent[next], 1);
	return rewrite(skb, offsetof(struct iphdr, daddr), ip.daddr, backends[next]);
}

SEC("tc")
int restore(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETH_HLEN;

	if (skb->protocol != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > end)
		return TC_ACT_OK;
	if (ip->saddr != backends[0] && ip->saddr != backends[1])
		return TC_ACT_OK;
	__sync_fetch_and_add(&answered, 1);
	return rewrite(skb, offsetof(struct iphdr, saddr), ip->saddr, virtual_address);
}
