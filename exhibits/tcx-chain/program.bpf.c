// SPDX-License-Identifier: Apache-2.0
// Two programs on one side of a device: the first only counts, the second decides; a third never runs. The numbers of TCX_NEXT,
// TCX_PASS and TCX_DROP are those of TC_ACT_UNSPEC, TC_ACT_OK and TC_ACT_SHOT.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

long counted, passed, dropped, after;

static int is_ip(struct __sk_buff *skb)
{
	return skb->protocol == bpf_htons(ETH_P_IP) || skb->protocol == bpf_htons(ETH_P_IPV6);
}

SEC("tcx/ingress")
int count(struct __sk_buff *skb)
{
	if (is_ip(skb))
		__sync_fetch_and_add(&counted, 1);
	return TC_ACT_UNSPEC;
}

SEC("tcx/ingress")
int decide(struct __sk_buff *skb)
{
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_UNSPEC;
	if (passed < 2) {
		passed++;
		return TC_ACT_OK;
	}
	dropped++;
	return TC_ACT_SHOT;
}

SEC("tcx/ingress")
int last(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		__sync_fetch_and_add(&after, 1);
	return TC_ACT_OK;
}
