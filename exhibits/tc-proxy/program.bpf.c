// SPDX-License-Identifier: Apache-2.0
// A transparent proxy: packets for a service that is not there are given to the sockets of a proxy, which sees whom they were for.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* The service's port, and those that the proxy listens at. */
const volatile __u16 service = 80, proxy = 4321;

/* Packets given to a listening socket, to a request for a connection, to a connection; datagrams; what was refused. */
__u64 to_listener, to_request, to_connection, datagrams;
__s32 refused, with_flags;
/* Of the connection when data came in: whether it expects what came, its bytes so far, its congestion window. */
__u32 is_expected, bytes_received, window;
/* Whether a request is a full socket, whom it is of, and what there is to say of SYN cookies. */
__u32 is_full, is_of_listener;
__s32 made_cookie, checked_cookie;
/* What marking congestion answered for datagrams. */
__s32 marked;

static __always_inline struct bpf_sock *connection_of(struct __sk_buff *skb, struct iphdr *ip, struct tcphdr *tcp)
{
	struct bpf_sock_tuple ends = { .ipv4 = {
		.saddr = ip->saddr, .daddr = ip->daddr, .sport = tcp->source, .dport = tcp->dest,
	} };

	return bpf_skc_lookup_tcp(skb, &ends, sizeof(ends.ipv4), BPF_F_CURRENT_NETNS, 0);
}

static __always_inline void look(struct bpf_sock *found, struct tcphdr *tcp)
{
	struct bpf_sock *full = bpf_sk_fullsock(found);
	struct bpf_tcp_sock *connection;

	if (found->state == 12) {
		to_request++;
		is_full = full != 0;
		return;
	}
	to_connection++;
	if (!full)
		return;
	connection = bpf_tcp_sock(full);
	if (!connection || !tcp->psh)
		return;
	is_expected = connection->rcv_nxt == bpf_ntohl(tcp->seq);
	bytes_received = connection->bytes_received;
	window = connection->snd_cwnd;
}

static __always_inline int give_tcp(struct __sk_buff *skb, struct iphdr *ip, struct tcphdr *tcp)
{
	struct bpf_sock_tuple ends = { .ipv4 = { .daddr = ip->daddr, .dport = bpf_htons(proxy) } };
	struct bpf_sock *found = connection_of(skb, ip, tcp);

	if (found && found->state != BPF_TCP_LISTEN) {
		look(found, tcp);
		goto give;
	}
	if (found)
		bpf_sk_release(found);
	found = bpf_skc_lookup_tcp(skb, &ends, sizeof(ends.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!found)
		return TC_ACT_SHOT;
	if (found->state != BPF_TCP_LISTEN) {
		bpf_sk_release(found);
		return TC_ACT_SHOT;
	}
	made_cookie = bpf_tcp_gen_syncookie(found, ip, sizeof(*ip), tcp, sizeof(*tcp));
	checked_cookie = bpf_tcp_check_syncookie(found, ip, sizeof(*ip), tcp, sizeof(*tcp));
	to_listener++;
	with_flags = bpf_sk_assign(skb, found, 1);
give:
	refused |= bpf_sk_assign(skb, found, 0);
	bpf_sk_release(found);
	return TC_ACT_OK;
}

SEC("tc")
int give(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct tcphdr *tcp = (void *)(ip + 1);
	struct udphdr *udp = (void *)(ip + 1);
	struct bpf_sock_tuple ends = {};
	struct bpf_sock *found;

	if ((void *)(ip + 1) > end || skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	if (ip->protocol == IPPROTO_TCP && (void *)(tcp + 1) <= end && tcp->dest == bpf_htons(service))
		return give_tcp(skb, ip, tcp);
	if (ip->protocol != IPPROTO_UDP || (void *)(udp + 1) > end || udp->dest != bpf_htons(service))
		return TC_ACT_OK;
	ends.ipv4.daddr = ip->daddr;
	ends.ipv4.dport = bpf_htons(proxy);
	found = bpf_sk_lookup_udp(skb, &ends, sizeof(ends.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!found)
		return TC_ACT_SHOT;
	datagrams++;
	refused |= bpf_sk_assign(skb, found, 0);
	bpf_sk_release(found);
	marked = marked * 10 + bpf_skb_ecn_set_ce(skb);
	return TC_ACT_OK;
}

/* On its way out a packet has its socket: nobody gives it another one. */
__s32 on_the_way_out;

SEC("tc")
int refuse(struct __sk_buff *skb)
{
	struct bpf_sock_tuple ends = {};
	struct bpf_sock *found;

	ends.ipv4.daddr = bpf_htonl(0x0a010101);
	ends.ipv4.dport = bpf_htons(proxy);
	found = bpf_sk_lookup_tcp(skb, &ends, sizeof(ends.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!found)
		return TC_ACT_OK;
	on_the_way_out = bpf_sk_assign(skb, found, 0);
	bpf_sk_release(found);
	return TC_ACT_OK;
}
