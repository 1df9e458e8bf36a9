// SPDX-License-Identifier: Apache-2.0
// The areas of a task's address space, found by an address.
#include "special-fields.h"

struct file;
struct pt_regs;

typedef struct {
	void *vdso;
} __attribute__((preserve_access_index)) mm_context_t;

struct mm_struct {
	unsigned long start_code, end_code, start_stack;
	struct file *exe_file;
	mm_context_t context;
} __attribute__((preserve_access_index));

struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_flags;
	struct mm_struct *vm_mm;
	struct file *vm_file;
} __attribute__((preserve_access_index));

struct task_struct {
	struct mm_struct *mm;
} __attribute__((preserve_access_index));

struct pt_regs___own {
	unsigned long sp;
} __attribute__((preserve_access_index));

/* Readable, writable, executable, growing down. */
#define FLAGS 0x107

struct found {
	struct task_struct *task;
	unsigned long address, start, end, flags, file;
	int calls, inside, same_mm;
};

static long note(struct task_struct *task, struct vm_area_struct *vma, struct found *found)
{
	found->calls++;
	found->start = vma->vm_start;
	found->end = vma->vm_end;
	found->flags = vma->vm_flags & FLAGS;
	found->file = (unsigned long)vma->vm_file;
	found->inside = found->start <= found->address && found->address < found->end;
	found->same_mm = task == found->task && vma->vm_mm == task->mm;
	return 1;
}

int stack_found, stack_inside, stack_is_own, code_found, code_is_executable, vdso_found, null_found, kernel_found;
int with_flags, last_found, last_is_same, behind_code, calls;
u64 stack_flags, stack_file, code_flags, vdso_flags, vdso_file;

static __always_inline long find(struct found *found, struct task_struct *task, unsigned long address)
{
	found->task = task;
	found->address = address;
	return bpf_find_vma(task, address, note, found, 0);
}

ON_GETPPID(finding)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs___own *registers = (void *)bpf_task_pt_regs(task);
	struct found found = {};
	unsigned long start, end;

	stack_found = find(&found, task, BPF_CORE_READ(registers, sp));
	stack_inside = found.inside;
	stack_is_own = found.same_mm;
	stack_flags = found.flags;
	stack_file = found.file;
	code_found = find(&found, task, BPF_CORE_READ(task, mm, start_code));
	code_flags = found.flags;
	code_is_executable = found.file == (unsigned long)BPF_CORE_READ(task, mm, exe_file);
	start = found.start;
	end = found.end;
	last_found = find(&found, task, end - 1);
	last_is_same = found.start == start;
	/* What comes next, if anything, begins there. */
	behind_code = find(&found, task, end) == -2 || found.start == end;
	vdso_found = find(&found, task, (unsigned long)BPF_CORE_READ(task, mm, context.vdso));
	vdso_flags = found.flags;
	vdso_file = found.file;
	found.calls = 0;
	null_found = find(&found, task, 0);
	kernel_found = find(&found, task, (unsigned long)task);
	with_flags = bpf_find_vma(task, start, note, &found, 1);
	calls = found.calls;
}

int first_found, second_found, first_sent, second_sent, wrong_sent;

/* Here interrupts are off. */
SEC("tp_btf/sched_wakeup_new")
int crowded(void *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct found found = {};
	unsigned long code;

	if (bpf_get_current_pid_tgid() >> 32 != watched)
		return 0;
	code = BPF_CORE_READ(task, mm, start_code);
	first_found = find(&found, task, code);
	second_found = find(&found, task, code);
	first_sent = bpf_send_signal(0);
	second_sent = bpf_send_signal_thread(0);
	wrong_sent = bpf_send_signal(65);
	return 0;
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

int in_kernel_thread;

static int work(void *map, int *key, void *value)
{
	struct found found = {};

	in_kernel_thread = find(&found, bpf_get_current_task_btf(), 0x400000);
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
