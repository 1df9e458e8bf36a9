// SPDX-License-Identifier: Apache-2.0
// Answers echo requests for any address of a network itself, before the stack: the frame goes back where it came from (XDP_TX).
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

enum { ECHO_REPLY = 0, ECHO_REQUEST = 8 };

/* What all messages of ICMP start with. */
struct icmp_header {
	__u8 type, code;
	__u16 checksum;
};

/* Host byte order: 10.9.0.0/16. */
const volatile __u32 network = 0x0a090000;
const volatile __u32 mask = 0xffff0000;

__u64 answered;

static __always_inline void swap_stations(struct ethhdr *ethernet)
{
	__u8 station[ETH_ALEN];

	__builtin_memcpy(station, ethernet->h_dest, ETH_ALEN);
	__builtin_memcpy(ethernet->h_dest, ethernet->h_source, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, station, ETH_ALEN);
}

SEC("xdp")
int echo(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = data + sizeof(*ethernet);
	struct icmp_header *icmp = (void *)(ip + 1);

	if ((void *)(icmp + 1) > end || ethernet->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_ICMP || icmp->type != ECHO_REQUEST)
		return XDP_PASS;
	if ((bpf_ntohl(ip->daddr) & mask) != network)
		return XDP_PASS;

	swap_stations(ethernet);
	__u32 address = ip->daddr;
	ip->daddr = ip->saddr;
	ip->saddr = address;
	/* A request's type is 8, a reply's 0: the checksum grows by what the sum loses. */
	__u32 sum = icmp->checksum + bpf_htons(ECHO_REQUEST << 8);

	icmp->type = ECHO_REPLY;
	icmp->checksum = sum + (sum >> 16);
	__sync_fetch_and_add(&answered, 1);
	return XDP_TX;
}
