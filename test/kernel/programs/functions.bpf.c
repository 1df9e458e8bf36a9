// SPDX-License-Identifier: Apache-2.0
// Many functions of the kernel at once, and samples of perf events.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* Only what this process does counts. */
int wanted_pid;
long entries, returns, session, cookies, addresses, samples;

static __always_inline int is_wanted(void)
{
	return (bpf_get_current_pid_tgid() >> 32) == wanted_pid;
}

SEC("kprobe.multi")
int on_entry(struct pt_regs *ctx)
{
	if (!is_wanted())
		return 0;
	entries++;
	cookies += bpf_get_attach_cookie(ctx);
	if (bpf_get_func_ip(ctx))
		addresses++;
	return 0;
}

SEC("kretprobe.multi/vfs_rmdi?")
int on_return(struct pt_regs *ctx)
{
	if (is_wanted())
		returns++;
	return 0;
}

SEC("kprobe.session/vfs_rmdir")
int on_session(struct pt_regs *ctx)
{
	if (is_wanted())
		session++;
	return 0;
}

SEC("perf_event")
int on_sample(void *ctx)
{
	__sync_fetch_and_add(&samples, 1);
	return 0;
}
