// SPDX-License-Identifier: Apache-2.0
// Which program each process runs, by the trace event that the kernel has for it, and how the system call ended.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* As /sys/kernel/tracing/events/sched/sched_process_exec/format says; the common fields are not for programs. */
struct sched_process_exec {
	unsigned long long common;
	/* Where the string lies: its length above, its offset from here in the low 16 bits. */
	__u32 filename_at;
	int pid;
	int old_pid;
};

/* And syscalls/sys_exit_execve. */
struct sys_exit {
	unsigned long long common;
	long syscall_nr;
	long result;
};

struct step {
	char what[8];
	int pid;
	int number;
	char path[32];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct step *step_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} steps SEC(".maps");

SEC("tp/sched/sched_process_exec")
int note_program(struct sched_process_exec *ctx)
{
	struct step step = { .what = "program", .pid = ctx->pid, .number = ctx->pid == ctx->old_pid };

	bpf_probe_read_kernel_str(step.path, sizeof(step.path), (void *)ctx + (ctx->filename_at & 0xffff));
	bpf_ringbuf_output(&steps, &step, sizeof(step), 0);
	return 0;
}

SEC("tp/syscalls/sys_exit_execve")
int note_result(struct sys_exit *ctx)
{
	struct step step = { .what = "result", .pid = bpf_get_current_pid_tgid() >> 32, .number = ctx->result };

	bpf_ringbuf_output(&steps, &step, sizeof(step), 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
