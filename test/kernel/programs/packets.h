/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs that 200 packets go through have in common: headers, and a note of what helpers answered. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 noted[8];

struct vlan_header {
	__be16 tag;
	__be16 protocol;
};

#define IS_TAG(protocol) ((protocol) == bpf_htons(ETH_P_8021Q) || (protocol) == bpf_htons(ETH_P_8021AD))
#define IS_LATER_FRAGMENT(ip) (((ip)->frag_off & bpf_htons(0x1fff)) != 0)
#define IS_FRAGMENT(ip) (((ip)->frag_off & bpf_htons(0x3fff)) != 0)

static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}
