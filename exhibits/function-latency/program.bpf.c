// SPDX-License-Identifier: Apache-2.0
// How long a function takes, as a histogram of powers of two: entry and return, brought together by thread.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* The structs below carry the kernel's own names, which bpf_tracing.h expects with this. */
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>

#define SLOTS 32

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} started SEC(".maps");

/* Calls that took from 2^n to 2^(n+1) microseconds. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} histogram SEC(".maps");

static __always_inline __u32 log2(__u64 value)
{
	__u32 log = 0;

	for (int step = 16; step > 0; step >>= 1)
		if (value >> step) {
			value >>= step;
			log += step;
		}
	return log;
}

SEC("uprobe")
int enter(void *ctx)
{
	__u32 thread = bpf_get_current_pid_tgid();
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&started, &thread, &now, BPF_ANY);
	return 0;
}

SEC("uretprobe")
int leave(void *ctx)
{
	__u32 thread = bpf_get_current_pid_tgid(), slot;
	__u64 *start = bpf_map_lookup_elem(&started, &thread), *count;

	if (!start)
		return 0;
	slot = log2((bpf_ktime_get_ns() - *start) / 1000);
	bpf_map_delete_elem(&started, &thread);
	count = bpf_map_lookup_elem(&histogram, &slot);
	if (count)
		__sync_fetch_and_add(count, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
