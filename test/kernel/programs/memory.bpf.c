// SPDX-License-Identifier: Apache-2.0
// Memory that a program shares with its loader: global variables, an array that can be mapped, one that cannot.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct pair {
	int first;
	long second;
};

const volatile long step = 2;
long total = 40;
struct pair last;
static volatile int hidden = 7;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 3);
	__type(key, int);
	__type(value, struct pair);
} shared SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, int);
	__type(value, int);
} private SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, int);
	__type(value, long);
} numbers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4);
	__uint(key_size, 8);
	__uint(value_size, 4);
} routes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 2);
	__type(value, int);
} waiting SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} reports SEC(".maps");

struct report {
	int number;
	char filling[196];
};
const struct report *report_type __attribute__((unused));

/* More than one page holds. */
SEC("?raw_tp/sched_process_exec")
int flood(void *ctx)
{
	struct report report = {};

	for (int i = 0; i < 100; i++) {
		report.number = i;
		bpf_perf_event_output(ctx, &reports, BPF_F_CURRENT_CPU, &report, sizeof(report));
	}
	return 0;
}

SEC("raw_tp/sched_process_exec")
int count(void *ctx)
{
	int one = 1;
	struct pair *pair = bpf_map_lookup_elem(&shared, &one);

	total += step;
	last.first = hidden;
	last.second = total;
	if (pair) {
		pair->first += 1;
		pair->second = -total;
	}
	bpf_printk("total %d", total);
	return 0;
}
