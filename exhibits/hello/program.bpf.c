// SPDX-License-Identifier: Apache-2.0
// Six ways to stand on the path of one execve(2), all reporting to one perf event array and to the trace pipe.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* The structs below carry the kernel's own names, which bpf_tracing.h expects with this. */
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

typedef int pid_t;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long di;
};

struct task_struct {
	int tgid;
};

struct linux_binprm {
	const char *filename;
};
#pragma clang attribute pop

/* What syscalls/sys_enter_execve hands to a program: its format file, with the common fields left alone. */
struct execve_arguments {
	unsigned long long common;
	long syscall_nr;
	const char *filename;
	const char *const *argv;
	const char *const *envp;
};

struct event {
	int pid;
	int uid;
	char command[16];
	char path[32];
	char message[16];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct event *event_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} output SEC(".maps");

/* How often each program ran, by the order of the programs below. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 6);
	__type(key, int);
	__type(value, long);
} runs SEC(".maps");

static __always_inline void start(struct event *event, int program)
{
	long *count = bpf_map_lookup_elem(&runs, &program);

	if (count)
		__sync_fetch_and_add(count, 1);
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&event->command, sizeof(event->command));
}

#define REPORT(ctx, event) bpf_perf_event_output(ctx, &output, BPF_F_CURRENT_CPU, &event, sizeof(event))

SEC("tp/syscalls/sys_enter_execve")
int tp_execve(struct execve_arguments *ctx)
{
	struct event event = { .message = "tp_execve" };

	start(&event, 0);
	bpf_probe_read_user_str(event.path, sizeof(event.path), ctx->filename);
	bpf_printk("tp_execve: ctx->filename: %s", event.path);
	REPORT(ctx, event);
	return 0;
}

SEC("ksyscall/execve")
int BPF_KSYSCALL(ksyscall_execve, const char *pathname)
{
	struct event event = { .message = "ksyscall_execve" };

	start(&event, 1);
	bpf_probe_read_user_str(event.path, sizeof(event.path), pathname);
	bpf_printk("ksyscall_execve: pathname: %s", event.path);
	REPORT(ctx, event);
	return 0;
}

SEC("kprobe/begin_new_exec")
int BPF_KPROBE(kprobe_exec, struct linux_binprm *bprm)
{
	struct event event = { .message = "kprobe_exec" };

	start(&event, 2);
	bpf_probe_read_kernel_str(event.path, sizeof(event.path), BPF_CORE_READ(bprm, filename));
	bpf_printk("kprobe_exec: bprm->filename: %s", event.path);
	REPORT(ctx, event);
	return 0;
}

SEC("fentry/begin_new_exec")
int BPF_PROG(fentry_exec, struct linux_binprm *bprm)
{
	struct event event = { .message = "fentry_exec" };

	start(&event, 3);
	bpf_probe_read_kernel_str(event.path, sizeof(event.path), bprm->filename);
	bpf_printk("fentry_exec: bprm->filename: %s", event.path);
	REPORT(ctx, event);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(tp_btf_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct event event = { .message = "tp_btf_exec" };

	start(&event, 4);
	bpf_probe_read_kernel_str(event.path, sizeof(event.path), bprm->filename);
	bpf_printk("tp_btf_exec: task->tgid: %d, old_pid: %d", task->tgid, old_pid);
	REPORT(ctx, event);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int raw_tp_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct event event = { .message = "raw_tp_exec" };
	struct linux_binprm *bprm = (struct linux_binprm *)ctx->args[2];

	start(&event, 5);
	bpf_probe_read_kernel_str(event.path, sizeof(event.path), BPF_CORE_READ(bprm, filename));
	bpf_printk("raw_tp_exec: bprm->filename: %s", event.path);
	REPORT(ctx, event);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
