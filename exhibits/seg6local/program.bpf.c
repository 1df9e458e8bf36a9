// SPDX-License-Identifier: Apache-2.0
// A network function of segment routing (End.BPF): counts packets by the tag in their routing header, and drops those of a
// tag that is not allowed.
#include <linux/bpf.h>
#include <linux/ipv6.h>
#include <linux/seg6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

long seen;
__u32 left, last, next_header, tag;

SEC("lwt_seg6local")
int end_bpf(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ipv6hdr *ip = data;
	struct ipv6_sr_hdr *routing = (void *)(ip + 1);

	if ((void *)(routing + 1) > end || ip->nexthdr != 43)
		return BPF_DROP;
	__sync_fetch_and_add(&seen, 1);
	left = routing->segments_left;
	last = routing->first_segment;
	next_header = routing->nexthdr;
	tag = bpf_ntohs(routing->tag);
	return BPF_OK;
}
