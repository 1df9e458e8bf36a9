// SPDX-License-Identifier: Apache-2.0
// Where a tenant's servers may listen: on loopback only, on ports of its own range; port 1 asks for the next free one.
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define LOOPBACK4 bpf_htonl(0x7f000001)

const volatile __u16 first = 20000, last = 20099;
__u16 next = 20000;
long moved, refused;

static __always_inline int decide(struct bpf_sock_addr *ctx)
{
	__u16 port = bpf_ntohs(ctx->user_port);

	if (port == 1) {
		ctx->user_port = bpf_htons(next++);
		return 1;
	}
	if (port < first || port > last) {
		refused++;
		return 0;
	}
	return 1;
}

SEC("cgroup/bind4")
int listen4(struct bpf_sock_addr *ctx)
{
	if (ctx->type != 1 /* SOCK_STREAM */)
		return 1;
	if (ctx->user_ip4 == 0) {
		ctx->user_ip4 = LOOPBACK4;
		moved++;
	}
	return decide(ctx);
}

SEC("cgroup/bind6")
int listen6(struct bpf_sock_addr *ctx)
{
	if (ctx->type != 1)
		return 1;
	if (!ctx->user_ip6[0] && !ctx->user_ip6[1] && !ctx->user_ip6[2] && !ctx->user_ip6[3]) {
		ctx->user_ip6[3] = bpf_htonl(1);
		moved++;
	}
	return decide(ctx);
}

/* What the kernel chose for those who left it the choice: port and address are known here. */
SEC("cgroup/post_bind4")
int chosen(struct bpf_sock *sk)
{
	/* Datagram sockets do not bind to one interface's address. */
	if (sk->protocol == 17 && sk->src_ip4 != 0 && sk->src_port != 0)
		return 0;
	return 1;
}
