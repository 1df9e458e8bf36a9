// SPDX-License-Identifier: Apache-2.0
// Work items in map values: their callbacks run later, in a thread of the kernel.
#include "special-fields.h"

struct job {
	long number;
	struct bpf_wq work;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2);
	__type(key, int);
	__type(value, struct job);
} jobs SEC(".maps");

int made_with_flags, made, made_twice, started_early, set, started_with_flags, started;
int runs, seen_key, seen_number, is_kernel_thread;

static int work(void *map, int *key, void *value)
{
	struct job *job = value;
	char name[16] = {};

	runs++;
	seen_key = *key;
	seen_number = job->number;
	bpf_printk("work of %d", watched);
	bpf_get_current_comm(name, sizeof(name));
	is_kernel_thread = name[0] == 'k' && name[1] == 'w' && name[2] == 'o' && name[3] == 'r';
	return 0;
}

ON_GETPPID(workqueues)
{
	int seven = 7;
	struct job fresh = { .number = 70 }, *job;

	bpf_map_update_elem(&jobs, &seven, &fresh, 0);
	job = bpf_map_lookup_elem(&jobs, &seven);
	if (!job)
		return;
	made_with_flags = bpf_wq_init(&job->work, &jobs, 1);
	made = bpf_wq_init(&job->work, &jobs, 0);
	made_twice = bpf_wq_init(&job->work, &jobs, 0);
	started_early = bpf_wq_start(&job->work, 0);
	set = bpf_wq_set_callback_impl(&job->work, work, 0, 0);
	started_with_flags = bpf_wq_start(&job->work, 1);
	started = bpf_wq_start(&job->work, 0);
}
