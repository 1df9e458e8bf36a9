// SPDX-License-Identifier: Apache-2.0
// A police action: a few packets may pass, then the others wait until somebody fills the bucket.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* Packets that may still pass. */
long tokens = 3;
long refused;

SEC("action")
int police(struct __sk_buff *skb)
{
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_PIPE;
	if (__sync_fetch_and_add(&tokens, -1) > 0)
		return TC_ACT_PIPE;
	__sync_fetch_and_add(&tokens, 1);
	__sync_fetch_and_add(&refused, 1);
	return TC_ACT_SHOT;
}
