// SPDX-License-Identifier: Apache-2.0
// How long a process was off the CPU because it had nothing to do: from when it leaves asleep until it comes back.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* The record of sched:sched_switch. */
struct switched {
	__u64 common;
	char prev_comm[16];
	int prev_pid;
	int prev_prio;
	long prev_state;
	char next_comm[16];
	int next_pid;
	int next_prio;
};

/* Whose time is counted, and what came of it. */
int target;
char name[16];
__u64 left, slept;
__u32 sleeps, wakeups;

SEC("tp/sched/sched_switch")
int on_switch(struct switched *event)
{
	if (!target)
		return 0;
	if (event->prev_pid == target && event->prev_state) {
		left = bpf_ktime_get_ns();
		sleeps++;
		__builtin_memcpy(name, event->prev_comm, sizeof(name));
	}
	if (event->next_pid == target && left) {
		slept += bpf_ktime_get_ns() - left;
		left = 0;
		wakeups++;
	}
	return 0;
}
