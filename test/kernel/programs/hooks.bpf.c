// SPDX-License-Identifier: Apache-2.0
// One program for each way to stand on the path of rmdir(2).
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* Only what this process does counts. */
int wanted_pid;
long hits, result, cookie;

#define RMDIR 84

static __always_inline int hit(void)
{
	if ((bpf_get_current_pid_tgid() >> 32) == wanted_pid)
		hits++;
	return 0;
}

SEC("kprobe/vfs_rmdir")
int on_kprobe(struct pt_regs *ctx)
{
	cookie = bpf_get_attach_cookie(ctx);
	return hit();
}

SEC("kretprobe/vfs_rmdir")
int on_kretprobe(struct pt_regs *ctx)
{
	result = (int)PT_REGS_RC(ctx);
	return hit();
}

SEC("ksyscall/rmdir")
int on_ksyscall(struct pt_regs *ctx)
{
	return hit();
}

SEC("kretsyscall/rmdir")
int on_kretsyscall(struct pt_regs *ctx)
{
	return hit();
}

SEC("tp/syscalls/sys_enter_rmdir")
int on_tracepoint(void *ctx)
{
	cookie = bpf_get_attach_cookie(ctx);
	return hit();
}

SEC("raw_tp/sys_enter")
int on_raw_tracepoint(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[1] == RMDIR ? hit() : 0;
}

SEC("raw_tp.w/sys_enter")
int on_writable(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[1] == RMDIR ? hit() : 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_tp_btf, struct pt_regs *regs, long id)
{
	return id == RMDIR ? hit() : 0;
}

SEC("fentry/vfs_rmdir")
int on_fentry(__u64 *ctx)
{
	cookie = bpf_get_attach_cookie(ctx);
	return hit();
}
