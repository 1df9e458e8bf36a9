// SPDX-License-Identifier: Apache-2.0
// How the children of a process end: a tracepoint's arguments as the kernel's own types.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct task_struct {
	int pid;
	int tgid;
	int exit_code;
	struct task_struct *real_parent;
	char comm[16];
};
#pragma clang attribute pop

struct end {
	int pid;
	int status;
	char command[16];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct end *end_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ends SEC(".maps");

const volatile int watched_pid;

SEC("tp_btf/sched_process_exit")
int BPF_PROG(note_end, struct task_struct *task)
{
	struct end *end;

	/* Pointers are followed without a helper: the verifier knows what they point at. */
	if (task->real_parent->tgid != watched_pid || task->pid != task->tgid)
		return 0;
	end = bpf_ringbuf_reserve(&ends, sizeof(*end), 0);
	if (!end)
		return 0;
	end->pid = task->tgid;
	end->status = task->exit_code >> 8;
	__builtin_memcpy(end->command, task->comm, sizeof(end->command));
	bpf_ringbuf_submit(end, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
