// SPDX-License-Identifier: Apache-2.0
// A profiler: how often which call stack was found on a processor, for folded stacks and flame graphs.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <linux/bpf_perf_event.h>
#include <bpf/bpf_helpers.h>

#define DEPTH 32

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 1024);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, DEPTH * sizeof(__u64));
} stacks SEC(".maps");

/* Where a process was: -EFAULT (-14) for a part that it was not in, the kernel or its own code. */
struct place {
	int pid;
	int kernel_stack;
	int user_stack;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct place);
	__type(value, __u64);
} counts SEC(".maps");

long samples, unreadable, last_counter;
unsigned long last_period;

SEC("perf_event")
int sample(struct bpf_perf_event_data *ctx)
{
	struct place place = {
		.pid = bpf_get_current_pid_tgid() >> 32,
		.kernel_stack = bpf_get_stackid(ctx, &stacks, 0),
		.user_stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK),
	};
	struct bpf_perf_event_value value;
	__u64 one = 1, *count;

	__sync_fetch_and_add(&samples, 1);
	last_period = ctx->sample_period;
	if (bpf_perf_prog_read_value(ctx, &value, sizeof(value)))
		__sync_fetch_and_add(&unreadable, 1);
	else
		last_counter = value.counter;
	count = bpf_map_lookup_elem(&counts, &place);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&counts, &place, &one, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
