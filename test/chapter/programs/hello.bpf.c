// SPDX-License-Identifier: Apache-2.0
// Six programs on the path of one execve(2), for a kernel that still has do_execve, and for two machines: where trampolines
// came late (arm64), the two programs of type tracing are left out.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* The structs below carry the kernel's own names, which bpf_tracing.h expects with this. */
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

typedef int pid_t;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#ifdef __TARGET_ARCH_x86
struct pt_regs {
	unsigned long di;
};
#else
struct user_pt_regs {
	unsigned long regs[31];
};

struct pt_regs {
	unsigned long regs[31];
};
#endif

struct filename {
	const char *name;
};
#pragma clang attribute pop

/* The record of syscalls/sys_enter_execve as its format file has it; the first eight bytes are not for programs. */
struct enter_execve {
	unsigned short common_type;
	unsigned char common_flags;
	unsigned char common_preempt_count;
	int common_pid;
	long syscall_nr;
	const char *filename;
	const char *const *argv;
	const char *const *envp;
};

/* One byte too short for the longest message, and too short for most paths. */
struct data {
	int pid;
	int uid;
	char command[16];
	char message[12];
	char path[16];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct data *data_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} output SEC(".maps");

/* What the record of the tracepoint holds beside the path. */
long number, arguments, environment;

static __always_inline void begin(struct data *data, const char *message)
{
	data->pid = bpf_get_current_pid_tgid() >> 32;
	data->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(data->command, sizeof(data->command));
	bpf_probe_read_kernel(data->message, sizeof(data->message), message);
}

#define SEND(ctx, data) bpf_perf_event_output(ctx, &output, BPF_F_CURRENT_CPU, &data, sizeof(data))

static const char SYSCALL[16] = "sys_execve";
static const char KPROBE[16] = "do_execve";
static const char FENTRY[16] = "fentry_execve";
static const char TRACEPOINT[16] = "tp_execve";
static const char TP_BTF[16] = "tp_btf_exec";
static const char RAW_TP[16] = "raw_tp_exec";

SEC("ksyscall/execve")
int BPF_KSYSCALL(kprobe_sys_execve, const char *pathname)
{
	struct data data = {};

	begin(&data, SYSCALL);
	bpf_probe_read_user(data.path, sizeof(data.path), pathname);
	SEND(ctx, data);
	return 0;
}

SEC("kprobe/do_execve")
int BPF_KPROBE(kprobe_do_execve, struct filename *filename)
{
	struct data data = {};

	begin(&data, KPROBE);
	bpf_probe_read_kernel(data.path, sizeof(data.path), BPF_CORE_READ(filename, name));
	SEND(ctx, data);
	return 0;
}

SEC("tp/syscalls/sys_enter_execve")
int tp_sys_enter_execve(struct enter_execve *ctx)
{
	struct data data = {};

	begin(&data, TRACEPOINT);
	bpf_probe_read_user_str(data.path, sizeof(data.path), ctx->filename);
	number = ctx->syscall_nr;
	arguments = (long)ctx->argv;
	environment = (long)ctx->envp;
	SEND(ctx, data);
	return 0;
}

#ifndef __TARGET_ARCH_arm64
SEC("fentry/do_execve")
int BPF_PROG(fentry_execve, struct filename *filename)
{
	struct data data = {};

	begin(&data, FENTRY);
	bpf_probe_read_kernel(data.path, sizeof(data.path), filename->name);
	SEND(ctx, data);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(tp_btf_exec)
{
	struct data data = {};

	begin(&data, TP_BTF);
	SEND(ctx, data);
	return 0;
}
#endif

SEC("raw_tp/sched_process_exec")
int raw_tp_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct data data = {};

	begin(&data, RAW_TP);
	SEND(ctx, data);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
