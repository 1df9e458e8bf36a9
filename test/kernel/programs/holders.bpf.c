// SPDX-License-Identifier: Apache-2.0
// Pointers that a map keeps: to tasks of the kernel and to memory of every CPU.
#include "special-fields.h"

struct task_struct {
	int pid;
	int tgid;
} __attribute__((preserve_access_index));

struct counter {
	long number;
};

struct holder {
	struct task_struct __kptr *task;
	struct counter __percpu_kptr *counters;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct holder);
} holders SEC(".maps");

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __weak __ksym;
extern void bpf_task_release(struct task_struct *task) __weak __ksym;
extern struct task_struct *bpf_task_from_pid(int pid) __weak __ksym;

int absent, found, current_is_found, kept, held_pid;
int counters_kept, own_count, other_count, no_such_cpu;

ON_GETPPID(tasks)
{
	struct task_struct *task = bpf_task_from_pid(0x7ffffff0), *mine, *old;
	struct holder fresh = {}, *holder;
	u32 zero = 0;

	absent = !task;
	if (task)
		bpf_task_release(task);
	task = bpf_task_from_pid(watched);
	if (!task)
		return;
	found = task->pid == watched;
	mine = bpf_task_acquire(bpf_get_current_task_btf());
	if (mine) {
		current_is_found = mine == task;
		bpf_task_release(mine);
	}
	bpf_map_update_elem(&holders, &zero, &fresh, 0);
	holder = bpf_map_lookup_elem(&holders, &zero);
	if (!holder) {
		bpf_task_release(task);
		return;
	}
	old = bpf_kptr_xchg(&holder->task, task);
	if (old)
		bpf_task_release(old);
	task = holder->task;
	if (task)
		held_pid = task->tgid == watched;
	kept = task != 0;
}

ON_GETPPID(counters)
{
	struct counter *counters, *old, *one;
	struct holder fresh = {}, *holder;
	u32 zero = 0;

	bpf_map_update_elem(&holders, &zero, &fresh, 0);
	holder = bpf_map_lookup_elem(&holders, &zero);
	if (!holder)
		return;
	counters = bpf_percpu_obj_new(struct counter);
	if (!counters)
		return;
	old = bpf_kptr_xchg(&holder->counters, counters);
	if (old)
		bpf_percpu_obj_drop(old);
	counters = holder->counters;
	if (!counters)
		return;
	counters_kept = 1;
	for (int cpu = 0; cpu < 2; cpu++) {
		one = bpf_per_cpu_ptr(counters, cpu);
		if (one)
			one->number = 10 + cpu;
	}
	one = bpf_this_cpu_ptr(counters);
	own_count = one->number - 10 == bpf_get_smp_processor_id();
	one = bpf_per_cpu_ptr(counters, 1);
	if (one)
		other_count = one->number;
	no_such_cpu = !bpf_per_cpu_ptr(counters, 9999);
}
