// SPDX-License-Identifier: Apache-2.0
// A firewall on netfilter's input hook: packets of networks that are listed are dropped, and counted.
#include <linux/bpf.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct sk_buff;
struct nf_hook_state {
	__u8 hook;
	__u8 pf;
} __attribute__((preserve_access_index));

struct bpf_nf_ctx {
	const struct nf_hook_state *state;
	struct sk_buff *skb;
} __attribute__((preserve_access_index));

extern int bpf_dynptr_from_skb(struct sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *ptr, __u32 offset, void *buffer, __u32 size) __ksym;

struct network {
	__u32 prefix;
	__u32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16);
	__type(key, struct network);
	__type(value, __u64);
} refused SEC(".maps");

long seen;
__u32 hook, family, protocol;

SEC("netfilter")
int firewall(struct bpf_nf_ctx *ctx)
{
	struct network network = { .prefix = 32 };
	struct bpf_dynptr packet;
	struct iphdr copy, *ip;
	__u64 *count;

	if (bpf_dynptr_from_skb(ctx->skb, 0, &packet))
		return NF_DROP;
	ip = bpf_dynptr_slice(&packet, 0, &copy, sizeof(copy));
	if (!ip)
		return NF_DROP;
	__sync_fetch_and_add(&seen, 1);
	hook = ctx->state->hook;
	family = ctx->state->pf;
	protocol = ip->protocol;
	network.address = ip->saddr;
	count = bpf_map_lookup_elem(&refused, &network);
	if (!count)
		return NF_ACCEPT;
	__sync_fetch_and_add(count, 1);
	return NF_DROP;
}
