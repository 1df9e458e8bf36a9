// SPDX-License-Identifier: Apache-2.0
// What probes and tracepoints see of rm, mkdir and rmdir, a line in the trace buffer each.
#include "arm64.h"

SEC("ksyscall/execve")
int BPF_KSYSCALL(call_execve, const char *path)
{
	char text[24] = {};

	bpf_probe_read_user_str(text, sizeof(text), path);
	bpf_printk("ksyscall execve %s", text);
	return 0;
}

SEC("ksyscall/unlinkat")
int BPF_KSYSCALL(call_unlinkat, int dfd, const char *path, int flags)
{
	char text[24] = {};

	bpf_probe_read_user_str(text, sizeof(text), path);
	bpf_printk("ksyscall unlinkat %d %s", dfd, text);
	bpf_printk("ksyscall flags %x", flags);
	return 0;
}

SEC("ksyscall/mkdirat")
int BPF_KSYSCALL(call_mkdirat, int dfd, const char *path, unsigned int mode)
{
	bpf_printk("ksyscall mkdirat %d %x", dfd, mode);
	return 0;
}

SEC("kretsyscall/unlinkat")
int BPF_KRETPROBE(return_unlinkat, long result)
{
	bpf_printk("kretsyscall unlinkat %ld", result);
	return 0;
}

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(enter_do_unlinkat, int dfd, struct filename *name)
{
	char text[24] = {};

	bpf_probe_read_kernel_str(text, sizeof(text), BPF_CORE_READ(name, name));
	bpf_printk("kprobe do_unlinkat %d %s", dfd, text);
	bpf_printk("kprobe at %lu, function at %lu", PT_REGS_IP(ctx) - bpf_get_func_ip(ctx),
		   bpf_get_func_ip(ctx) & 4095);
	return 0;
}

SEC("kretprobe/do_unlinkat")
int BPF_KRETPROBE(leave_do_unlinkat, int result)
{
	bpf_printk("kretprobe do_unlinkat %d", result);
	return 0;
}

#define FRAMES 20

SEC("raw_tp/sched_process_exit")
int stack(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 frames[FRAMES] = {};
	char command[16] = {};

	bpf_get_current_comm(command, sizeof(command));
	if (command[0] != 'r' || command[2] != 0)
		return 0;
	bpf_get_stack(ctx, frames, sizeof(frames), 0);
	for (int i = 0; i < FRAMES; i++)
		if (frames[i])
			bpf_printk("frame %ps", frames[i]);
	return 0;
}

struct enter_unlinkat {
	unsigned long common;
	long number;
	long dfd;
	const char *path;
	long flags;
};

SEC("tp/syscalls/sys_enter_unlinkat")
int event_enter(struct enter_unlinkat *ctx)
{
	bpf_printk("tracepoint enter %d %ld %lx", (int)ctx->number, ctx->dfd, ctx->flags);
	return 0;
}

struct leave_unlinkat {
	unsigned long common;
	long number;
	long result;
};

SEC("tp/syscalls/sys_exit_unlinkat")
int event_exit(struct leave_unlinkat *ctx)
{
	bpf_printk("tracepoint exit %d %ld", (int)ctx->number, ctx->result);
	return 0;
}

#define UNLINKAT 35

SEC("raw_tp/sys_enter")
int raw_enter(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs *regs = (void *)ctx->args[0];

	if (ctx->args[1] != UNLINKAT)
		return 0;
	bpf_printk("raw enter x0 %lx, orig_x0 %lx", BPF_CORE_READ(regs, regs[0]),
		   BPF_CORE_READ(regs, orig_x0));
	bpf_printk("raw enter x8 %ld, syscallno %d", BPF_CORE_READ(regs, regs[8]),
		   BPF_CORE_READ(regs, syscallno));
	return 0;
}

SEC("raw_tp/sys_exit")
int raw_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs *regs = (void *)ctx->args[0];

	if (BPF_CORE_READ(regs, syscallno) != UNLINKAT)
		return 0;
	bpf_printk("raw exit %ld: x0 %lx, orig_x0 %lx", ctx->args[1], BPF_CORE_READ(regs, regs[0]),
		   BPF_CORE_READ(regs, orig_x0));
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(btf_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	char text[24] = {};

	bpf_probe_read_kernel_str(text, sizeof(text), bprm->filename);
	bpf_printk("tp_btf exec %s", text);
	return 0;
}
