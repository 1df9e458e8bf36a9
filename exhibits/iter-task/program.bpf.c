// SPDX-License-Identifier: Apache-2.0
// A list of processes, made in the kernel: a head line, a line for each, and how many there were.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
	__u64 seq_num;
};

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *real_parent;
	char comm[16];
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};
#pragma clang attribute pop

int processes;

SEC("iter/task")
int list_processes(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;

	if (!task) {
		/* The walk is over. */
		BPF_SEQ_PRINTF(seq, "%d processes\n", processes);
		return 0;
	}
	if (ctx->meta->seq_num == 0) {
		processes = 0;
		BPF_SEQ_PRINTF(seq, "%8s %8s %s\n", "process", "parent", "command");
	}
	/* Of threads only the first. */
	if (task->pid != task->tgid)
		return 0;
	processes++;
	BPF_SEQ_PRINTF(seq, "%8d %8d %s\n", task->tgid, task->real_parent->tgid, task->comm);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
