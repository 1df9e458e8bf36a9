// SPDX-License-Identifier: Apache-2.0
// A program on every hook of connect(2) of a TCP socket, from the call down to the device and up to the socket that listens.
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "../path/path.h"

#define NR_CONNECT 42

#define PORT 4011

/* Programs of packets and of sockets do not know the task, but whose packet or socket it is. */
#define OWN_STEP(section, name, context, is_ours, answer)                                                      \
	SEC(section) int name(struct context *ctx)                                                             \
	{                                                                                                      \
		static const struct step step = { section };                                                   \
		if (thread && (is_ours))                                                                       \
			record(&step);                                                                         \
		return answer;                                                                                 \
	}

#define IS_OUR_PACKET (ctx->local_port == PORT || ctx->remote_port == bpf_htonl(PORT))

/* The system call and the socket. */
BEGIN(connect, NR_CONNECT, BY_WATCHED)
PROBED(__sys_connect)
PROBED(move_addr_to_kernel)
TRACED(__sys_connect_file)
PROBED(security_socket_connect)
ASKED(socket_connect)
PROBED(inet_stream_connect)
TRACED(inet_stream_connect)
PROBED(tcp_v4_pre_connect)
OWN_STEP("cgroup/connect4", group_connect4, bpf_sock_addr, ctx->user_port == bpf_htons(PORT), 1)
PROBED(tcp_v4_connect)
TRACED(tcp_v4_connect)
PROBED(tcp_set_state)
STEP("tp_btf/inet_sock_set_state", tp_btf_inet_sock_set_state, 0)
STEP("tp/sock/inet_sock_set_state", tp_inet_sock_set_state, 0)
PROBED(inet_hash_connect)
TRACED(tcp_connect)

/* The way of a segment down. */
PROBED(__tcp_transmit_skb)
PROBED(ip_queue_xmit)
PROBED(ip_build_and_send_pkt)
PROBED(__ip_local_out)
PROBED(ip_output)
PROBED(ip_finish_output)
OWN_STEP("cgroup_skb/egress", group_egress, __sk_buff, IS_OUR_PACKET, 1)
PROBED(__dev_queue_xmit)
STEP("tp_btf/net_dev_queue", tp_btf_net_dev_queue, 0)
PROBED(dev_hard_start_xmit)
PROBED(loopback_xmit)
STEP("tp_btf/netif_rx", tp_btf_netif_rx, 0)

/* And up. */
PROBED(__netif_receive_skb)
STEP("tp_btf/netif_receive_skb", tp_btf_netif_receive_skb, 0)
PROBED(ip_rcv)
PROBED(ip_local_deliver)
TRACED(tcp_v4_rcv)
OWN_STEP("sk_lookup", lookup, bpf_sk_lookup, ctx->local_port == PORT, SK_PASS)
PROBED(sk_filter_trim_cap)
OWN_STEP("cgroup_skb/ingress", group_ingress, __sk_buff, IS_OUR_PACKET, 1)
ASKED(socket_sock_rcv_skb)
PROBED(tcp_v4_do_rcv)
PROBED(tcp_rcv_state_process)

/* The socket that listens. */
PROBED(tcp_conn_request)
ASKED(inet_conn_request)
PROBED(tcp_check_req)
PROBED(tcp_v4_syn_recv_sock)
ASKED(inet_csk_clone)
PROBED(tcp_child_process)

/* The socket that connects, when the answer is there. */
PROBED(release_sock)
PROBED(tcp_finish_connect)
ASKED(inet_conn_established)
PROBED(tcp_send_ack)

#define ON(operation, name)                                                                                    \
	case operation: {                                                                                      \
		static const struct step step = { "sockops " name };                                           \
		record(&step);                                                                                 \
		break;                                                                                         \
	}

SEC("sockops")
int operations(struct bpf_sock_ops *ctx)
{
	if (!thread)
		return 1;
	switch (ctx->op) {
		ON(BPF_SOCK_OPS_TCP_CONNECT_CB, "tcp_connect")
		ON(BPF_SOCK_OPS_RWND_INIT, "rwnd_init")
		ON(BPF_SOCK_OPS_TIMEOUT_INIT, "timeout_init")
		ON(BPF_SOCK_OPS_NEEDS_ECN, "needs_ecn")
		ON(BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB, "active_established")
		ON(BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB, "passive_established")
	}
	return 1;
}

END(connect)
