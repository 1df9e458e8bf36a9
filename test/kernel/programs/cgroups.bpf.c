// SPDX-License-Identifier: Apache-2.0
// One small program for every hook of control groups: each counts in `seen`, and refuses where `deny` is set.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

long seen;
/* Set before the load. */
int deny;

#define DECIDING(section, name, context)                                                                       \
	SEC(section) int name(struct context *ctx)                                                             \
	{                                                                                                      \
		__sync_fetch_and_add(&seen, 1);                                                                \
		return deny ? 0 : 1;                                                                           \
	}

/* Hooks at which the kernel takes no other answer than 1. */
#define WATCHING(section, name, context)                                                                       \
	SEC(section) int name(struct context *ctx)                                                             \
	{                                                                                                      \
		__sync_fetch_and_add(&seen, 1);                                                                \
		return 1;                                                                                      \
	}

DECIDING("cgroup_skb/ingress", skb_ingress, __sk_buff)
DECIDING("cgroup_skb/egress", skb_egress, __sk_buff)
DECIDING("cgroup/skb", skb_anywhere, __sk_buff)
DECIDING("cgroup/sock_create", sock_create, bpf_sock)
DECIDING("cgroup/sock_release", sock_release, bpf_sock)
DECIDING("cgroup/post_bind4", post_bind4, bpf_sock)
DECIDING("cgroup/post_bind6", post_bind6, bpf_sock)
DECIDING("cgroup/bind4", bind4, bpf_sock_addr)
DECIDING("cgroup/bind6", bind6, bpf_sock_addr)
DECIDING("cgroup/connect4", connect4, bpf_sock_addr)
DECIDING("cgroup/connect6", connect6, bpf_sock_addr)
DECIDING("cgroup/sendmsg4", sendmsg4, bpf_sock_addr)
DECIDING("cgroup/sendmsg6", sendmsg6, bpf_sock_addr)
WATCHING("cgroup/recvmsg4", recvmsg4, bpf_sock_addr)
WATCHING("cgroup/recvmsg6", recvmsg6, bpf_sock_addr)
WATCHING("cgroup/getpeername4", getpeername4, bpf_sock_addr)
WATCHING("cgroup/getpeername6", getpeername6, bpf_sock_addr)
WATCHING("cgroup/getsockname4", getsockname4, bpf_sock_addr)
WATCHING("cgroup/getsockname6", getsockname6, bpf_sock_addr)
DECIDING("cgroup/connect_unix", connect_unix, bpf_sock_addr)
DECIDING("cgroup/sendmsg_unix", sendmsg_unix, bpf_sock_addr)
WATCHING("cgroup/recvmsg_unix", recvmsg_unix, bpf_sock_addr)
WATCHING("cgroup/getpeername_unix", getpeername_unix, bpf_sock_addr)
WATCHING("cgroup/getsockname_unix", getsockname_unix, bpf_sock_addr)
DECIDING("cgroup/dev", device, bpf_cgroup_dev_ctx)
DECIDING("cgroup/sysctl", sysctl, bpf_sysctl)
DECIDING("cgroup/getsockopt", getsockopt, bpf_sockopt)
DECIDING("cgroup/setsockopt", setsockopt, bpf_sockopt)
WATCHING("sockops", sock_ops, bpf_sock_ops)
DECIDING("cgroup/dev", device_second, bpf_cgroup_dev_ctx)

struct socket;
struct sockaddr;

SEC("lsm_cgroup/socket_bind")
int BPF_PROG(lsm_bind, struct socket *sock, struct sockaddr *address, int length)
{
	__sync_fetch_and_add(&seen, 1);
	return deny ? 0 : 1;
}
