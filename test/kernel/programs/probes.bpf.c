// SPDX-License-Identifier: Apache-2.0
// Probes of user space: what each saw stands in the globals.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "GPL";

long calls, returns, sleepable, multi, session, sessions_returned, requests, idles;
long first, second, result, cookie, cookies, copied;
long codes, sizes, constants, arguments;

SEC("uprobe")
int on_call(struct pt_regs *ctx)
{
	calls++;
	first = (int)PT_REGS_PARM1(ctx);
	second = (int)PT_REGS_PARM2(ctx);
	cookie = bpf_get_attach_cookie(ctx);
	return 0;
}

SEC("uretprobe")
int on_return(struct pt_regs *ctx)
{
	returns++;
	result = (int)PT_REGS_RC(ctx);
	return 0;
}

SEC("uprobe.s")
int on_call_sleepable(struct pt_regs *ctx)
{
	long word = 0;

	sleepable++;
	copied = bpf_copy_from_user(&word, sizeof(word), (void *)PT_REGS_SP(ctx));
	return 0;
}

SEC("uprobe//skep/test/target:target_add")
int by_section(struct pt_regs *ctx)
{
	calls++;
	return 0;
}

SEC("uprobe.multi//skep/test/target:target_*")
int on_many(struct pt_regs *ctx)
{
	multi++;
	cookies += bpf_get_attach_cookie(ctx);
	return 0;
}

SEC("uretprobe.multi")
int on_many_returns(struct pt_regs *ctx)
{
	multi++;
	return 0;
}

SEC("uprobe.session")
int on_session(struct pt_regs *ctx)
{
	session++;
	return 0;
}

SEC("usdt//skep/test/target:skep:request")
int on_request(struct pt_regs *ctx)
{
	long value;

	requests++;
	arguments = bpf_usdt_arg_cnt(ctx);
	if (!bpf_usdt_arg(ctx, 0, &value))
		codes += value;
	if (!bpf_usdt_arg(ctx, 1, &value))
		sizes += value;
	if (!bpf_usdt_arg(ctx, 2, &value))
		constants += value;
	cookie = bpf_usdt_cookie(ctx);
	return 0;
}

SEC("usdt")
int on_idle(struct pt_regs *ctx)
{
	idles++;
	arguments = bpf_usdt_arg_cnt(ctx);
	return 0;
}
