// SPDX-License-Identifier: Apache-2.0
// What every control group sends and receives, in packets and bytes, and a port that a group may not talk to.
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define FORBIDDEN 7777

struct key {
	__u64 group;
	__u32 direction; /* 0 in, 1 out */
	__u32 unused;
};

struct traffic {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct key);
	__type(value, struct traffic);
} traffic SEC(".maps");

static __always_inline void account(struct __sk_buff *skb, __u32 direction)
{
	struct key key = { .group = bpf_skb_cgroup_id(skb), .direction = direction };
	struct traffic first = { 1, skb->len };
	struct traffic *known = bpf_map_lookup_elem(&traffic, &key);

	if (!known) {
		bpf_map_update_elem(&traffic, &key, &first, BPF_NOEXIST);
		return;
	}
	__sync_fetch_and_add(&known->packets, 1);
	__sync_fetch_and_add(&known->bytes, skb->len);
}

/* The destination port of a UDP packet, which starts with its IP header here; 0 for others. */
static __always_inline __u16 udp_port(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data;
	struct udphdr *udp = (void *)(ip + 1);

	if ((void *)(udp + 1) > end || ip->version != 4 || ip->ihl != 5 || ip->protocol != IPPROTO_UDP)
		return 0;
	return bpf_ntohs(udp->dest);
}

SEC("cgroup_skb/egress")
int out(struct __sk_buff *skb)
{
	__u16 port = udp_port(skb);

	if (!port)
		return 1;
	if (port == FORBIDDEN)
		return 0;
	account(skb, 1);
	return 1;
}

SEC("cgroup_skb/ingress")
int in(struct __sk_buff *skb)
{
	if (!udp_port(skb))
		return 1;
	account(skb, 0);
	/* Large ones are cut off at the receiver. */
	return skb->len <= 28 + 512;
}
