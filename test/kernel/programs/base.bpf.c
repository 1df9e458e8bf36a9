// SPDX-License-Identifier: Apache-2.0
// Programs for test runs: one of them with a function that others replace and trace.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

long events, removals;

__attribute__((noinline)) int answer(int question)
{
	__asm__ __volatile__("" : "+r"(question));
	return question + 1;
}

SEC("xdp")
int ask(struct xdp_md *ctx)
{
	return answer(41);
}

SEC("xdp")
int mark(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data;

	if (data + 14 > (unsigned char *)(long)ctx->data_end)
		return XDP_DROP;
	data[0] = 0xee;
	return bpf_xdp_adjust_tail(ctx, 10) ? XDP_ABORTED : XDP_PASS;
}

SEC("tc")
int look(struct __sk_buff *skb)
{
	skb->mark += 1;
	return skb->len;
}

struct numbers {
	__u64 one, other, sum;
};

SEC("syscall")
int add(struct numbers *numbers)
{
	numbers->sum = numbers->one + numbers->other;
	return 7;
}

SEC("raw_tp/sys_enter")
int enter(struct bpf_raw_tracepoint_args *ctx)
{
	events += ctx->args[1];
	return 5;
}

SEC("kprobe/vfs_rmdir")
int count_rmdir(void *ctx)
{
	removals++;
	return 0;
}
