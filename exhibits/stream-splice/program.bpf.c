// SPDX-License-Identifier: Apache-2.0
// A TCP proxy that copies nothing: what comes in on one connection goes out on the other. The first byte of a record says
// how long it is, and some records are not let through.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

enum { FRONT, BACK };

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} ends SEC(".maps");

__u32 records, blocked, back_port;

SEC("sk_skb/stream_parser")
int cut(struct __sk_buff *skb)
{
	unsigned char length = 0;

	if (bpf_skb_load_bytes(skb, 0, &length, sizeof(length)) < 0)
		return 0;
	return length;
}

SEC("sk_skb/stream_verdict")
int splice(struct __sk_buff *skb)
{
	unsigned char kind = 0;

	bpf_skb_load_bytes(skb, 1, &kind, sizeof(kind));
	if (kind == 'x') {
		blocked++;
		return SK_DROP;
	}
	records++;
	return bpf_sk_redirect_map(skb, &ends, skb->local_port == back_port ? FRONT : BACK, 0);
}
