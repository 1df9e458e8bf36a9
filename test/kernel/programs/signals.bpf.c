// SPDX-License-Identifier: Apache-2.0
// Signals that programs send to the task they run for.
#define PAGES 1
#include "special-fields.h"

#define SIGUSR2 12
#define SIGURG 23

struct sigset {
	unsigned long sig[1];
} __attribute__((preserve_access_index));

struct sigpending___own {
	struct sigset signal;
} __attribute__((preserve_access_index));

struct signal_struct {
	struct sigpending___own shared_pending;
} __attribute__((preserve_access_index));

struct task_struct {
	int tgid;
	struct task_struct *real_parent;
	struct signal_struct *signal;
	struct sigpending___own pending;
} __attribute__((preserve_access_index));

/* What the new programs of the watched process get. */
const volatile int deadly = 0;

int nothing, ignored, ignored_pending, too_large, negative, thread_too_large, to_process, to_process_again, to_thread;
int process_pending, thread_pending;

static __always_inline int is_pending(struct sigpending___own *pending, int signal)
{
	return BPF_CORE_READ(pending, signal.sig[0]) >> (signal - 1) & 1;
}

ON_GETPPID(sending)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct signal_struct *process = BPF_CORE_READ(task, signal);

	nothing = bpf_send_signal(0);
	ignored = bpf_send_signal(SIGURG);
	ignored_pending = is_pending(&process->shared_pending, SIGURG);
	too_large = bpf_send_signal(65);
	negative = bpf_send_signal(-1);
	thread_too_large = bpf_send_signal_thread(65);
	to_process = bpf_send_signal(SIGUSR2);
	to_process_again = bpf_send_signal(SIGUSR2);
	process_pending = is_pending(&process->shared_pending, SIGUSR2);
	to_thread = bpf_send_signal_thread(SIGUSR2);
	thread_pending = is_pending(&task->pending, SIGUSR2);
}

int killed;

SEC("tp_btf/sched_process_exec")
int killing(void *context)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (BPF_CORE_READ(task, real_parent, tgid) == watched)
		killed = bpf_send_signal(deadly);
	return 0;
}

int while_exiting;

SEC("tp_btf/sched_process_exit")
int exiting(void *context)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (BPF_CORE_READ(task, real_parent, tgid) == watched)
		while_exiting = bpf_send_signal(9);
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

int in_kernel_thread, thread_in_kernel_thread;

static int work(void *map, int *key, void *value)
{
	in_kernel_thread = bpf_send_signal(65);
	thread_in_kernel_thread = bpf_send_signal_thread(SIGURG);
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
