// SPDX-License-Identifier: Apache-2.0
// Counters that belong to a control group: the kernel makes them when a program is attached there, and no program has a key.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct traffic {
	__u64 packets;
	__u64 bytes;
};

/* One value a group, which both directions share. */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, __u64);
	__type(value, struct traffic);
} both SEC(".maps");

/* One a group and direction, and of each one a processor. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, __u64);
} each SEC(".maps");

static __always_inline int account(struct __sk_buff *skb)
{
	struct traffic *sum = bpf_get_local_storage(&both, 0);
	__u64 *count = bpf_get_local_storage(&each, 0);

	__sync_fetch_and_add(&sum->packets, 1);
	__sync_fetch_and_add(&sum->bytes, skb->len);
	*count += 1;
	return 1;
}

SEC("cgroup_skb/egress")
int out(struct __sk_buff *skb)
{
	return account(skb);
}

SEC("cgroup_skb/ingress")
int in(struct __sk_buff *skb)
{
	return account(skb);
}
