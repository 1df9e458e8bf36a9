// SPDX-License-Identifier: Apache-2.0
// A congestion control that writes down when TCP calls it, and leaves the work to the kernel's own Reno.
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct sock;

struct ack_sample {
	__u32 pkts_acked;
	__s32 rtt_us;
	__u32 in_flight;
};

struct tcp_sock {
	__u32 snd_cwnd;
	__u32 snd_ssthresh;
};

struct tcp_congestion_ops {
	char name[16];
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	void (*set_state)(struct sock *sk, __u8 new_state);
	void (*cwnd_event)(struct sock *sk, int event);
	void (*pkts_acked)(struct sock *sk, const struct ack_sample *sample);
	__u32 (*undo_cwnd)(struct sock *sk);
	void (*init)(struct sock *sk);
	void (*release)(struct sock *sk);
};
#pragma clang attribute pop

extern __u32 tcp_reno_ssthresh(struct sock *sk) __ksym;
extern void tcp_reno_cong_avoid(struct sock *sk, __u32 ack, __u32 acked) __ksym;
extern __u32 tcp_reno_undo_cwnd(struct sock *sk) __ksym;

enum { INIT = 1, TX_START, ACKED, AVOID, RELEASE, SET_STATE };

#define CA_EVENT_TX_START 0

#define MOST 64

__u32 calls;
__u8 trail[MOST];
__u32 first_window, first_threshold, acked;

static __always_inline void note(__u8 step)
{
	__u32 at = calls;

	if (at < MOST)
		trail[at] = step;
	calls = at + 1;
}

SEC("struct_ops/init")
void BPF_PROG(noting_init, struct sock *sk)
{
	struct tcp_sock *tcp = (void *)sk;

	first_window = BPF_CORE_READ(tcp, snd_cwnd);
	first_threshold = BPF_CORE_READ(tcp, snd_ssthresh);
	note(INIT);
}

SEC("struct_ops/release")
void BPF_PROG(noting_release, struct sock *sk)
{
	note(RELEASE);
}

SEC("struct_ops/set_state")
void BPF_PROG(noting_state, struct sock *sk, __u8 state)
{
	note(SET_STATE);
}

SEC("struct_ops/cwnd_event")
void BPF_PROG(noting_event, struct sock *sk, int event)
{
	/* There are others, which a slow machine comes by: the window starts again after some rest. */
	if (event == CA_EVENT_TX_START)
		note(TX_START);
}

SEC("struct_ops/pkts_acked")
void BPF_PROG(noting_acked, struct sock *sk, const struct ack_sample *sample)
{
	acked += sample->pkts_acked;
	note(ACKED);
}

SEC("struct_ops/cong_avoid")
void BPF_PROG(noting_avoid, struct sock *sk, __u32 ack, __u32 count)
{
	note(AVOID);
	tcp_reno_cong_avoid(sk, ack, count);
}

SEC("struct_ops/ssthresh")
__u32 BPF_PROG(noting_ssthresh, struct sock *sk)
{
	return tcp_reno_ssthresh(sk);
}

SEC("struct_ops/undo_cwnd")
__u32 BPF_PROG(noting_undo, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}

SEC(".struct_ops")
struct tcp_congestion_ops noting = {
	.init = (void *)noting_init,
	.release = (void *)noting_release,
	.set_state = (void *)noting_state,
	.cwnd_event = (void *)noting_event,
	.pkts_acked = (void *)noting_acked,
	.cong_avoid = (void *)noting_avoid,
	.ssthresh = (void *)noting_ssthresh,
	.undo_cwnd = (void *)noting_undo,
	.name = "skep_noting",
};
