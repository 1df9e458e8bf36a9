// SPDX-License-Identifier: Apache-2.0
// Programs that give a system call another result without letting it happen.
#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* Only what this process does fails. */
int wanted_pid;
long seen;

static __always_inline int is_wanted(void)
{
	if ((bpf_get_current_pid_tgid() >> 32) != wanted_pid)
		return 0;
	seen++;
	return 1;
}

SEC("ksyscall/rmdir")
int override_rmdir(struct pt_regs *ctx)
{
	if (is_wanted())
		bpf_override_return(ctx, -EXDEV);
	return 0;
}

SEC("kprobe.multi/__x64_sys_rmdir")
int override_multi(struct pt_regs *ctx)
{
	if (is_wanted())
		bpf_override_return(ctx, -EXDEV);
	return 0;
}

SEC("fmod_ret/__x64_sys_rmdir")
int BPF_PROG(modify_rmdir, const struct pt_regs *regs, long result)
{
	return is_wanted() ? -EXDEV : 0;
}

/* Sleepable programs go only where the kernel says it may sleep: where errors can be injected. */
SEC("fentry.s/__x64_sys_rmdir")
int BPF_PROG(enter_rmdir, const struct pt_regs *regs)
{
	is_wanted();
	return 0;
}
