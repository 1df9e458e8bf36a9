// SPDX-License-Identifier: Apache-2.0
// Tunes TCP connections of a group as they are made: buffers, congestion control, keepalive. A journal of the events.
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define SOL_SOCKET 1
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define IPPROTO_TCP 6
#define TCP_KEEPIDLE 4
#define TCP_CONGESTION 13

struct event {
	__u32 operation;
	__u32 first, second;
	__u16 local, remote;
	__u32 full;
};

/* For readers of the events. */
const struct event *event_type;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} events SEC(".maps");

char congestion[16];
int keep_idle, refusal;

static const char reno[] = "reno";

static __always_inline void tune(struct bpf_sock_ops *ctx)
{
	int buffer = 50000, on = 1, idle = 60;

	bpf_setsockopt(ctx, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	bpf_setsockopt(ctx, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	bpf_setsockopt(ctx, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	bpf_setsockopt(ctx, IPPROTO_TCP, TCP_CONGESTION, (void *)reno, sizeof(reno));
	bpf_getsockopt(ctx, IPPROTO_TCP, TCP_CONGESTION, congestion, sizeof(congestion));
	bpf_getsockopt(ctx, IPPROTO_TCP, TCP_KEEPIDLE, &keep_idle, sizeof(keep_idle));
	refusal = bpf_setsockopt(ctx, SOL_SOCKET, 6 /* SO_BROADCAST */, &on, sizeof(on));
}

SEC("sockops")
int tuner(struct bpf_sock_ops *ctx)
{
	struct event event = {
		.operation = ctx->op,
		.first = ctx->args[0],
		.second = ctx->args[1],
		.local = ctx->local_port,
		.remote = bpf_ntohl(ctx->remote_port),
		.full = ctx->is_fullsock,
	};

	bpf_ringbuf_output(&events, &event, sizeof(event), 0);
	switch (ctx->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
	case BPF_SOCK_OPS_TCP_LISTEN_CB:
		bpf_sock_ops_cb_flags_set(ctx, BPF_SOCK_OPS_STATE_CB_FLAG);
		break;
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
		tune(ctx);
		break;
	case BPF_SOCK_OPS_TIMEOUT_INIT:
		ctx->reply = 250; /* ms until the first retransmission */
		break;
	default:
		ctx->reply = -1;
	}
	return 1;
}
