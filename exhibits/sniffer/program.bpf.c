// SPDX-License-Identifier: Apache-2.0
// What a packet sniffer gives the kernel: of ICMP the headers are kept, as many bytes as the snap length says, and of the rest nothing.
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

const volatile __u32 snap_length = 34;

__u32 kept, ignored;
/* Frames that this machine has sent, of those that were kept. */
__u32 outgoing;

#define PACKET_OUTGOING 4

SEC("socket")
int capture(struct __sk_buff *skb)
{
	__u8 protocol = 0;

	if (skb->protocol == bpf_htons(ETH_P_IP))
		bpf_skb_load_bytes(skb, ETH_HLEN + offsetof(struct iphdr, protocol), &protocol, 1);
	if (protocol != IPPROTO_ICMP) {
		ignored += 1;
		return 0;
	}
	kept += 1;
	if (skb->pkt_type == PACKET_OUTGOING)
		outgoing += 1;
	return snap_length;
}
