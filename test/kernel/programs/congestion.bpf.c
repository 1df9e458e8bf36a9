// SPDX-License-Identifier: Apache-2.0
// A congestion control of TCP, registered by the value of its map.
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct sock;

struct tcp_sock {
	__u32 snd_cwnd;
};
#pragma clang attribute pop

/* Some of the kernel's members, in another order. */
struct tcp_congestion_ops {
	char name[16];
	__u32 (*undo_cwnd)(struct sock *sk);
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	void (*init)(struct sock *sk);
	__u32 flags;
};

long inits;

SEC("struct_ops/init")
void BPF_PROG(skep_init, struct sock *sk)
{
	inits++;
}

SEC("struct_ops/ssthresh")
__u32 BPF_PROG(skep_ssthresh, struct sock *sk)
{
	return 10;
}

SEC("struct_ops/cong_avoid")
void BPF_PROG(skep_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops/undo_cwnd")
__u32 BPF_PROG(skep_undo, struct sock *sk)
{
	return 10;
}

SEC(".struct_ops")
struct tcp_congestion_ops plain = {
	.init = (void *)skep_init,
	.ssthresh = (void *)skep_ssthresh,
	.cong_avoid = (void *)skep_avoid,
	.undo_cwnd = (void *)skep_undo,
	.name = "skep_plain",
};
