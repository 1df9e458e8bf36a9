// SPDX-License-Identifier: Apache-2.0
// A router in XDP: it asks the kernel's routing table, and sends what it can send itself; the rest goes up to the stack.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define AF_INET 2
#define AF_INET6 10

/* How many packets got each answer (BPF_FIB_LKUP_RET_…), and how many were refused with an errno. */
__u64 answers[10], errors;
/* Where the last one went. */
__u32 out, metric, mtu;

static __always_inline void one_hop_less(struct iphdr *ip)
{
	__u32 check = ip->check + bpf_htons(0x0100);

	ip->check = check + (check >= 0xffff);
	ip->ttl--;
}

SEC("xdp")
int route(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct bpf_fib_lookup fib = { .ifindex = ctx->ingress_ifindex };
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);
	int answer;

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		if ((void *)(ip + 1) > end || ip->ttl <= 1)
			return XDP_PASS;
		fib.family = AF_INET;
		fib.tos = ip->tos;
		fib.l4_protocol = ip->protocol;
		fib.tot_len = bpf_ntohs(ip->tot_len);
		fib.ipv4_src = ip->saddr;
		fib.ipv4_dst = ip->daddr;
	} else if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		if ((void *)(ip6 + 1) > end || ip6->hop_limit <= 1)
			return XDP_PASS;
		fib.family = AF_INET6;
		fib.l4_protocol = ip6->nexthdr;
		fib.tot_len = bpf_ntohs(ip6->payload_len) + sizeof(*ip6);
		__builtin_memcpy(fib.ipv6_src, &ip6->saddr, sizeof(fib.ipv6_src));
		__builtin_memcpy(fib.ipv6_dst, &ip6->daddr, sizeof(fib.ipv6_dst));
	} else {
		return XDP_PASS;
	}
	answer = bpf_fib_lookup(ctx, &fib, sizeof(fib), 0);
	if (answer < 0 || answer >= 10) {
		errors++;
		return XDP_PASS;
	}
	answers[answer]++;
	mtu = fib.mtu_result;
	if (answer == BPF_FIB_LKUP_RET_BLACKHOLE || answer == BPF_FIB_LKUP_RET_UNREACHABLE ||
	    answer == BPF_FIB_LKUP_RET_PROHIBIT)
		return XDP_DROP;
	if (answer != BPF_FIB_LKUP_RET_SUCCESS)
		return XDP_PASS;
	out = fib.ifindex;
	metric = fib.rt_metric;
	if (fib.family == AF_INET)
		one_hop_less(ip);
	else
		ip6->hop_limit--;
	__builtin_memcpy(eth->h_dest, fib.dmac, ETH_ALEN);
	__builtin_memcpy(eth->h_source, fib.smac, ETH_ALEN);
	return bpf_redirect(fib.ifindex, 0);
}

/* Questions that a program asks without a packet for them. */
struct question {
	__u32 family, ifindex, flags, table, length;
	__u8 destination[16];
};

struct answer {
	__s32 code;
	__u32 ifindex, metric, mtu;
	__u8 source[4], destination[4];
};

#define QUESTIONS 13
#define SIZES 6

struct question questions[QUESTIONS];
struct answer found[QUESTIONS];
/* bpf_check_mtu: of which device, how long the packet is said to be, how much longer it becomes, and how it is asked. */
struct size {
	__u32 ifindex, length;
	__s32 longer;
	__u32 flags;
} sizes[SIZES];
__s32 fits[SIZES];
__u32 mtus[SIZES];

SEC("tc")
int ask(struct __sk_buff *skb)
{
	for (int i = 0; i < QUESTIONS; i++) {
		struct question *question = &questions[i];
		struct answer *answer = &found[i];
		struct bpf_fib_lookup fib = {
			.family = question->family, .ifindex = question->ifindex, .tot_len = question->length,
		};

		if (!question->family)
			continue;
		fib.tbid = question->table;
		__builtin_memcpy(fib.ipv6_dst, question->destination, sizeof(fib.ipv6_dst));
		answer->code = bpf_fib_lookup(skb, &fib, sizeof(fib), question->flags);
		answer->ifindex = fib.ifindex;
		answer->metric = fib.rt_metric;
		answer->mtu = fib.mtu_result;
		__builtin_memcpy(answer->source, &fib.ipv4_src, 4);
		__builtin_memcpy(answer->destination, &fib.ipv4_dst, 4);
	}
	for (int i = 0; i < SIZES; i++) {
		__u32 length = sizes[i].length;

		fits[i] = bpf_check_mtu(skb, sizes[i].ifindex, &length, sizes[i].longer, sizes[i].flags);
		mtus[i] = length;
	}
	return TC_ACT_OK;
}
