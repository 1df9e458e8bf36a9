// SPDX-License-Identifier: Apache-2.0
// Entry and return by one program: what it keeps at entry it has at return, and entry decides whether return is wanted.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

extern __u64 *bpf_session_cookie(void) __ksym;
extern _Bool bpf_session_is_return(void) __ksym;

const volatile int watched_pid;
/* Only every other call is of interest. */
int entries, returns;
long nanoseconds;

SEC("kprobe.session/do_unlinkat")
int measure(struct pt_regs *ctx)
{
	__u64 *start = bpf_session_cookie();

	if (bpf_get_current_pid_tgid() >> 32 != watched_pid)
		return 1;
	if (bpf_session_is_return()) {
		returns++;
		nanoseconds += bpf_ktime_get_ns() - *start;
		return 0;
	}
	*start = bpf_ktime_get_ns();
	return entries++ & 1;
}

char LICENSE[] SEC("license") = "GPL";
