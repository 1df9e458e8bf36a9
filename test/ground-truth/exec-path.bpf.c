// SPDX-License-Identifier: Apache-2.0
// One program on every hook that an execve(2) of a shell's child passes: each reports where it stands, who runs
// and one number or string of its own.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

typedef int pid_t;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long di, si, dx, cx, r10, r8, ax, ip, orig_ax;
};
struct task_struct {
	int pid, tgid;
	char comm[16];
};
struct linux_binprm {
	const char *filename;
};
struct filename {
	const char *name;
};
#pragma clang attribute pop

struct event {
	int pid, uid;
	char comm[16];
	char hook[48];
	char text[24];
	unsigned long value;
	unsigned long ip;
};

const struct event *event_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} output SEC(".maps");

static __always_inline void report(const char *hook, int length, const void *text, unsigned long value, unsigned long ip)
{
	struct event *event = bpf_ringbuf_reserve(&output, sizeof(*event), 0);

	if (!event)
		return;
	__builtin_memset(event, 0, sizeof(*event));
	event->pid = bpf_get_current_pid_tgid();
	event->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_probe_read_kernel(event->hook, length, hook);
	if (text)
		bpf_probe_read_kernel_str(event->text, sizeof(event->text), text);
	event->value = value;
	event->ip = ip;
	bpf_ringbuf_submit(event, 0);
	bpf_printk("%s", hook);
}

#define REPORT(hook, text, value, ip) report(hook, sizeof(hook), text, value, ip)

#define FENTRY(function)                                                                                     \
	SEC("fentry/" #function) int BPF_PROG(fentry_##function)                                             \
	{                                                                                                    \
		REPORT("fentry " #function, 0, 0, 0);                                                        \
		return 0;                                                                                    \
	}

#define FEXIT(function)                                                                                      \
	SEC("fexit/" #function) int BPF_PROG(fexit_##function)                                               \
	{                                                                                                    \
		REPORT("fexit " #function, 0, 0, 0);                                                         \
		return 0;                                                                                    \
	}

#define KPROBE(function)                                                                                     \
	SEC("kprobe/" #function) int BPF_KPROBE(kprobe_##function)                                           \
	{                                                                                                    \
		REPORT("kprobe " #function, 0, 0, PT_REGS_IP(ctx) - bpf_get_func_ip(ctx));                   \
		return 0;                                                                                    \
	}

#define KRETPROBE(function)                                                                                  \
	SEC("kretprobe/" #function) int BPF_KRETPROBE(kretprobe_##function, long ret)                        \
	{                                                                                                    \
		REPORT("kretprobe " #function, 0, ret, 0);                                                   \
		return 0;                                                                                    \
	}

#define PROBES(function) KPROBE(function) FENTRY(function) FEXIT(function) KRETPROBE(function)

PROBES(kernel_clone)
PROBES(wake_up_new_task)
PROBES(getname_flags)
PROBES(do_filp_open)
PROBES(bprm_execve)
PROBES(security_bprm_creds_for_exec)
PROBES(security_bprm_check)
/* Two functions have this name: kprobes refuse it (EADDRNOTAVAIL). */
FENTRY(load_elf_binary)
FEXIT(load_elf_binary)
PROBES(begin_new_exec)
PROBES(__set_task_comm)
PROBES(setup_new_exec)
PROBES(finalize_exec)
/* These never return. */
KPROBE(do_exit)
FENTRY(do_exit)
KPROBE(do_group_exit)
FENTRY(do_group_exit)

#define TRACEPOINT(category, name)                                                                           \
	SEC("tp/" #category "/" #name) int tp_##name(void *ctx)                                              \
	{                                                                                                    \
		REPORT("tp " #name, 0, 0, 0);                                                                \
		return 0;                                                                                    \
	}                                                                                                    \
	SEC("raw_tp/" #name) int raw_##name(void *ctx)                                                       \
	{                                                                                                    \
		REPORT("raw_tp " #name, 0, 0, 0);                                                            \
		return 0;                                                                                    \
	}                                                                                                    \
	SEC("tp_btf/" #name) int btf_##name(void *ctx)                                                       \
	{                                                                                                    \
		REPORT("tp_btf " #name, 0, 0, 0);                                                            \
		return 0;                                                                                    \
	}

TRACEPOINT(task, task_newtask)
TRACEPOINT(task, task_rename)
TRACEPOINT(sched, sched_process_fork)
TRACEPOINT(sched, sched_wakeup_new)
TRACEPOINT(sched, sched_process_exec)
TRACEPOINT(sched, sched_process_exit)

struct syscall_event {
	unsigned long long common;
	long nr;
	unsigned long args[6];
};

#define SYSCALL(name, number)                                                                                \
	SEC("tp/syscalls/sys_enter_" #name) int tp_enter_##name(struct syscall_event *ctx)                   \
	{                                                                                                    \
		REPORT("tp sys_enter_" #name, 0, (int)ctx->nr, 0);                                           \
		return 0;                                                                                    \
	}                                                                                                    \
	SEC("tp/syscalls/sys_exit_" #name) int tp_exit_##name(struct syscall_event *ctx)                     \
	{                                                                                                    \
		REPORT("tp sys_exit_" #name, 0, ctx->args[0], 0);                                            \
		return 0;                                                                                    \
	}                                                                                                    \
	SEC("ksyscall/" #name) int BPF_KSYSCALL(ksyscall_##name)                                             \
	{                                                                                                    \
		REPORT("ksyscall " #name, 0, PT_REGS_IP(ctx) - bpf_get_func_ip(ctx), 0);                     \
		return 0;                                                                                    \
	}                                                                                                    \
	SEC("kretsyscall/" #name) int BPF_KRETPROBE(kretsyscall_##name, long ret)                            \
	{                                                                                                    \
		REPORT("kretsyscall " #name, 0, ret, 0);                                                     \
		return 0;                                                                                    \
	}

SYSCALL(execve, 59)
SYSCALL(exit_group, 231)

SEC("raw_tp/sys_enter") int raw_sys_enter(struct bpf_raw_tracepoint_args *ctx)
{
	if (ctx->args[1] == 59 || ctx->args[1] == 231)
		REPORT("raw_tp sys_enter", 0, ctx->args[1], 0);
	return 0;
}

SEC("raw_tp/sys_exit") int raw_sys_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx->args[0];

	if (BPF_CORE_READ(regs, orig_ax) == 59)
		REPORT("raw_tp sys_exit", 0, ctx->args[1], 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
