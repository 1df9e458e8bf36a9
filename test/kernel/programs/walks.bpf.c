// SPDX-License-Identifier: Apache-2.0
// Walking over tasks, and over the areas of a task's memory.
#include "special-fields.h"

struct mm_struct {
	unsigned long start_code, start_stack;
} __attribute__((preserve_access_index));

struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_flags;
	struct mm_struct *vm_mm;
} __attribute__((preserve_access_index));

struct task_struct {
	int pid, tgid;
	struct mm_struct *mm;
} __attribute__((preserve_access_index));

#undef bpf_iter_task
struct bpf_iter_task___own {
	u64 opaque[3];
} __attribute__((aligned(8)));
struct bpf_iter_task_vma___own {
	u64 opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_task_new(struct bpf_iter_task___own *it, struct task_struct *task, u32 flags) __weak __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task___own *it) __weak __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task___own *it) __weak __ksym;
extern int bpf_iter_task_vma_new(struct bpf_iter_task_vma___own *it, struct task_struct *task, u64 addr) __weak
	__ksym;
extern struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma___own *it) __weak __ksym;
extern void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma___own *it) __weak __ksym;

/* A global variable, which the verifier does not follow round by round. */
int count;
unsigned long end;

int processes_made, first_pid, second_pid, seen, in_order, threads_seen, own_made, own_others, own_seen, wrong_flags;
int no_process, of_none;

ON_GETPPID(tasks)
{
	struct bpf_iter_task___own it;
	struct task_struct *task, *current = bpf_get_current_task_btf();

	in_order = 1;
	processes_made = bpf_iter_task_new(&it, 0, 0);
	while ((task = bpf_iter_task_next(&it))) {
		if (count == 0)
			first_pid = task->pid;
		if (count == 1)
			second_pid = task->pid;
		if (task->tgid != task->pid)
			in_order = 0;
		seen += task->tgid == watched;
		count++;
	}
	bpf_iter_task_destroy(&it);

	bpf_iter_task_new(&it, 0, 1);
	while ((task = bpf_iter_task_next(&it)))
		threads_seen += task->pid == watched;
	bpf_iter_task_destroy(&it);

	own_made = bpf_iter_task_new(&it, current, 2);
	while ((task = bpf_iter_task_next(&it))) {
		own_seen += task->pid == watched;
		own_others += task->tgid != watched;
	}
	bpf_iter_task_destroy(&it);

	wrong_flags = bpf_iter_task_new(&it, current, 3);
	of_none = bpf_iter_task_next(&it) != 0;
	bpf_iter_task_destroy(&it);
	no_process = bpf_iter_task_new(&it, 0, 2);
	bpf_iter_task_destroy(&it);
}

int areas_made, areas_sorted, areas_own, has_code, has_stack, from_code, kernel_areas, behind_all;

ON_GETPPID(areas)
{
	struct bpf_iter_task_vma___own it;
	struct task_struct *task = bpf_get_current_task_btf();
	struct vm_area_struct *area;
	unsigned long code = BPF_CORE_READ(task, mm, start_code);
	unsigned long stack = BPF_CORE_READ(task, mm, start_stack) - 64;

	areas_sorted = areas_own = 1;
	areas_made = bpf_iter_task_vma_new(&it, task, 0);
	while ((area = bpf_iter_task_vma_next(&it))) {
		if (area->vm_start < end || area->vm_end <= area->vm_start)
			areas_sorted = 0;
		end = area->vm_end;
		if (area->vm_mm != task->mm)
			areas_own = 0;
		has_code += area->vm_start <= code && code < end;
		has_stack += area->vm_start <= stack && stack < end;
	}
	bpf_iter_task_vma_destroy(&it);

	bpf_iter_task_vma_new(&it, task, code);
	area = bpf_iter_task_vma_next(&it);
	if (area)
		from_code = area->vm_start <= code && code < area->vm_end;
	bpf_iter_task_vma_destroy(&it);

	bpf_iter_task_vma_new(&it, task, end);
	behind_all = bpf_iter_task_vma_next(&it) != 0;
	bpf_iter_task_vma_destroy(&it);
}

struct job {
	struct bpf_wq work;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct job);
} jobs SEC(".maps");

extern int bpf_copy_from_user_str(void *to, u32 size, const void *from, u64 flags) __weak __ksym;

int copied_wrong, copied_null, copied_padded;
u64 left_null = 5, padded = 5;

static int work(void *map, int *key, void *value)
{
	struct bpf_iter_task_vma___own it;
	u64 text = 0x1122334455667788;

	kernel_areas = bpf_iter_task_vma_new(&it, bpf_get_current_task_btf(), 0);
	bpf_iter_task_vma_destroy(&it);
	copied_wrong = bpf_copy_from_user_str(&text, 8, 0, 2);
	copied_null = bpf_copy_from_user_str(&text, 8, 0, 0);
	left_null = text;
	copied_padded = bpf_copy_from_user_str(&text, 8, 0, 1);
	padded = text;
	return 0;
}

ON_GETPPID(kernel_thread)
{
	int zero = 0;
	struct job *job = bpf_map_lookup_elem(&jobs, &zero);

	if (!job || bpf_wq_init(&job->work, &jobs, 0) || bpf_wq_set_callback_impl(&job->work, work, 0, 0))
		return;
	bpf_wq_start(&job->work, 0);
}
