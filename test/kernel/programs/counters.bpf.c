// SPDX-License-Identifier: Apache-2.0
// What perf counts for the events of a perf event array, and the branches that no virtual machine records.
#include "special-fields.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 64);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 2);
} closed SEC(".maps");

u64 counted, other_cpu, past_end, with_flags, unused_slot, small_past_end, counter = 5, enabled, running;
long read, read_other, read_past, read_with_flags, read_short, read_unused, cleared, branches, branches_with_flags;
int ran_as_long;

ON_GETPPID(counting)
{
	struct bpf_perf_event_value value = { .counter = 7 };
	u64 cpu = bpf_get_smp_processor_id(), entries[6] = {};

	counted = bpf_perf_event_read(&events, BPF_F_CURRENT_CPU);
	other_cpu = bpf_perf_event_read(&events, 1 - cpu);
	unused_slot = bpf_perf_event_read(&events, 63);
	past_end = bpf_perf_event_read(&events, 64);
	with_flags = bpf_perf_event_read(&events, 1ull << 32);
	small_past_end = bpf_perf_event_read(&closed, 2);
	read = bpf_perf_event_read_value(&events, BPF_F_CURRENT_CPU, &value, sizeof(value));
	counter = value.counter;
	enabled = value.enabled > 0;
	ran_as_long = value.enabled == value.running;
	read_other = bpf_perf_event_read_value(&events, 1 - cpu, &value, sizeof(value));
	cleared = value.counter | value.enabled | value.running;
	read_unused = bpf_perf_event_read_value(&events, 63, &value, sizeof(value));
	read_past = bpf_perf_event_read_value(&events, 64, &value, sizeof(value));
	read_with_flags = bpf_perf_event_read_value(&events, 1ull << 32, &value, sizeof(value));
	value.counter = 7;
	read_short = bpf_perf_event_read_value(&events, BPF_F_CURRENT_CPU, &value, 16);
	cleared |= value.counter;
	branches = bpf_get_branch_snapshot(entries, sizeof(entries), 0);
	branches_with_flags = bpf_get_branch_snapshot(entries, sizeof(entries), 1);
}
