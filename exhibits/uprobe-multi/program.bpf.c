// SPDX-License-Identifier: Apache-2.0
// Many functions of a program by one link: which one it is says the cookie.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 64);
	__type(value, __u64);
} calls SEC(".maps");

static __always_inline int note(__u64 call)
{
	bpf_map_push_elem(&calls, &call, BPF_ANY);
	return 0;
}

SEC("uprobe.multi")
int enter(struct pt_regs *ctx)
{
	return note(bpf_get_attach_cookie(ctx));
}

SEC("uretprobe.multi")
int leave(struct pt_regs *ctx)
{
	return note(bpf_get_attach_cookie(ctx));
}

long by_pattern;

SEC("uprobe.multi//tmp/skep-shop:shop_*")
int count(struct pt_regs *ctx)
{
	by_pattern++;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
