// SPDX-License-Identifier: Apache-2.0
// A congestion control of TCP: each of its operations is a program, and a map holds them all.
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct sock;

/* Some of the kernel's members, in any order: loaders find their places by name. */
struct tcp_congestion_ops {
	char name[16];
	__u32 (*undo_cwnd)(struct sock *sk);
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	void (*init)(struct sock *sk);
};
#pragma clang attribute pop

#define WINDOW 10

long connections;

SEC("struct_ops/init")
void BPF_PROG(fixed_init, struct sock *sk)
{
	connections++;
}

/* A window that never grows and never shrinks: fit for a line of which one knows everything. */
SEC("struct_ops/ssthresh")
__u32 BPF_PROG(fixed_ssthresh, struct sock *sk)
{
	return WINDOW;
}

SEC("struct_ops/cong_avoid")
void BPF_PROG(fixed_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops/undo_cwnd")
__u32 BPF_PROG(fixed_undo, struct sock *sk)
{
	return WINDOW;
}

SEC(".struct_ops")
struct tcp_congestion_ops fixed = {
	.init = (void *)fixed_init,
	.ssthresh = (void *)fixed_ssthresh,
	.cong_avoid = (void *)fixed_avoid,
	.undo_cwnd = (void *)fixed_undo,
	.name = "skep_fixed",
};

char LICENSE[] SEC("license") = "GPL";
