// SPDX-License-Identifier: Apache-2.0
// XDP looks at a packet once and leaves its finding before it; traffic control acts on it, and sees what it cannot parse itself.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* Words, as metadata has to be. */
struct finding {
	__u32 class;
	__u32 length;
};

enum { CLASS_OTHER = 1, CLASS_SMALL = 2, CLASS_LARGE = 3 };

/* Frames from here on are large. */
__u32 limit = 1000;
/* The class that traffic control drops. */
__u32 unwanted;

__u64 by_class[4];
__u64 unmarked;

SEC("xdp")
int classify(struct xdp_md *ctx)
{
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(struct finding)))
		return XDP_PASS;

	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct finding *finding = (void *)(long)ctx->data_meta;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = data + sizeof(*ethernet);

	if ((void *)(finding + 1) > data)
		return XDP_ABORTED;
	finding->length = end - data;
	if ((void *)(ip + 1) > end || ethernet->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_ICMP)
		finding->class = CLASS_OTHER;
	else
		finding->class = finding->length < limit ? CLASS_SMALL : CLASS_LARGE;
	return XDP_PASS;
}

SEC("tc")
int enforce(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	struct finding *finding = (void *)(long)skb->data_meta;

	if ((void *)(finding + 1) > data) {
		__sync_fetch_and_add(&unmarked, 1);
		return TC_ACT_UNSPEC;
	}
	if (finding->length != skb->len)
		return TC_ACT_SHOT;
	__sync_fetch_and_add(&by_class[finding->class & 3], 1);
	return finding->class == unwanted ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}
