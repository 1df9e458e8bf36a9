// SPDX-License-Identifier: Apache-2.0
// A continuous profiler: how often each call stack of user space was found on a processor.
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

struct place {
	int pid;
	int stack;
	char command[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct place);
	__type(value, __u64);
} counts SEC(".maps");

SEC("perf_event")
int sample(struct bpf_perf_event_data *ctx)
{
	struct place place = {
		.pid = bpf_get_current_pid_tgid() >> 32,
		.stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK),
	};
	__u64 one = 1, *count;

	bpf_get_current_comm(place.command, sizeof(place.command));
	count = bpf_map_lookup_elem(&counts, &place);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&counts, &place, &one, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
