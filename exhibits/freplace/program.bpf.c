// SPDX-License-Identifier: Apache-2.0
// A packet filter with a hole in it: the function that decides is replaced by another program while the filter is there.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

/* Every protocol passes, until somebody has another opinion. Volatile: the compiler must not know the answer. */
__attribute__((noinline)) int decide(__u32 protocol)
{
	volatile int verdict = XDP_PASS;

	return protocol > 255 ? XDP_ABORTED : verdict;
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = data + sizeof(*ethernet);

	if ((void *)(ip + 1) > end || ethernet->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	return decide(ip->protocol);
}

/* How often this plugin was asked. */
int asked;

SEC("?freplace/decide")
int no_ping(__u32 protocol)
{
	asked++;
	return protocol == 1 /* ICMP */ ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
