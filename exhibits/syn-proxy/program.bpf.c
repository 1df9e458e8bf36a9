// SPDX-License-Identifier: Apache-2.0
// A proxy for requests of TCP connections: it answers them itself, and lets through who brings the cookie back.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define OPTIONS 4

/* The last segment size that went into a cookie, what was said of a cookie, and of headers that cannot be. */
int size, verdict, short_header, long_header;

/* Over both addresses, the protocol, the length, and the header with its options. */
static __always_inline __u16 checksum(const struct iphdr *ip, struct tcphdr *tcp)
{
	__u64 sum = (__u32)bpf_csum_diff(0, 0, (void *)tcp, sizeof(*tcp) + OPTIONS, 0);

	sum += (__u64)ip->saddr + ip->daddr + bpf_htons(IPPROTO_TCP) + bpf_htons(sizeof(*tcp) + OPTIONS);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~((sum & 0xffff) + (sum >> 16));
}

static __always_inline int answer(struct ethhdr *ethernet, struct iphdr *ip, struct tcphdr *tcp)
{
	__s64 made = bpf_tcp_raw_gen_syncookie_ipv4(ip, tcp, sizeof(*tcp) + OPTIONS);
	__u32 from = ip->saddr;
	__u16 port = tcp->source;
	__u8 mac[ETH_ALEN];

	if (made < 0)
		return XDP_DROP;
	short_header = bpf_tcp_raw_gen_syncookie_ipv4(ip, tcp, sizeof(*tcp) - 1);
	long_header = bpf_tcp_raw_gen_syncookie_ipv4(ip, tcp, sizeof(*tcp));
	size = made >> 32;
	__builtin_memcpy(mac, ethernet->h_source, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, ethernet->h_dest, ETH_ALEN);
	__builtin_memcpy(ethernet->h_dest, mac, ETH_ALEN);
	ip->saddr = ip->daddr;
	ip->daddr = from;
	tcp->source = tcp->dest;
	tcp->dest = port;
	tcp->ack_seq = bpf_htonl(bpf_ntohl(tcp->seq) + 1);
	tcp->seq = bpf_htonl((__u32)made);
	tcp->ack = 1;
	tcp->check = 0;
	tcp->check = checksum(ip, tcp);
	return XDP_TX;
}

SEC("xdp")
int proxy(struct xdp_md *ctx)
{
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct tcphdr *tcp = (void *)(ip + 1);

	if ((void *)(tcp + 1) + OPTIONS > (void *)(long)ctx->data_end)
		return XDP_PASS;
	if (ethernet->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_TCP || ip->ihl != 5)
		return XDP_PASS;
	if (tcp->syn)
		return tcp->ack ? XDP_PASS : answer(ethernet, ip, tcp);
	verdict = bpf_tcp_raw_check_syncookie_ipv4(ip, tcp);
	return verdict ? XDP_DROP : XDP_PASS;
}
