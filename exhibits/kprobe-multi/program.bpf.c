// SPDX-License-Identifier: Apache-2.0
// Many functions by one program and one link: which one it is says the cookie.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

const volatile int watched_pid;

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 64);
	__type(value, __u64);
} calls SEC(".maps");

/* Places that ask the security modules, found by a pattern. */
long asked;

static __always_inline int is_watched(void)
{
	return bpf_get_current_pid_tgid() >> 32 == watched_pid;
}

SEC("kprobe.multi")
int enter(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);

	if (is_watched())
		bpf_map_push_elem(&calls, &cookie, BPF_ANY);
	return 0;
}

SEC("kretprobe.multi")
int leave(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);

	if (is_watched())
		bpf_map_push_elem(&calls, &cookie, BPF_ANY);
	return 0;
}

SEC("kprobe.multi/security_*_unlink")
int ask(struct pt_regs *ctx)
{
	if (is_watched())
		asked++;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
