// SPDX-License-Identifier: Apache-2.0
// Tunnels that routes lead into: programs put headers before the packets, which then take the way of the outer header.
#include <linux/bpf.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define GRE 47
#define IP_IN_IP 4
/* SEG6_LOCAL_ACTION_END_X */
#define END_X 2

#define ADDRESS4(a, b, c, d) bpf_htonl((a) << 24 | (b) << 16 | (c) << 8 | (d))
#define ADDRESS6(net, host)                                                                                  \
	{ .s6_addr16 = { bpf_htons(net), 0, 0, 0, 0, 0, 0, bpf_htons(host) } }

struct gre {
	__be16 flags, protocol;
};

struct outer_gre {
	struct iphdr ip;
	struct gre gre;
};

/* A routing header of two segments, the last one first. */
struct segments {
	__u8 next, units, type, left, last, flags;
	__be16 tag;
	struct in6_addr list[2];
};

/* What the helper answered each program. */
int by_gre, by_ip6, by_ip, by_segments, by_inline;
/* What the helpers of a segment answered: room, an option in it, a tag, another segment, a next hop. */
int room, option, tag, other, next_hop;
/* Without the header's own length, and of a kind that this hook does not have. */
int too_short, not_here;

SEC("lwt_xmit")
int gre_out(struct __sk_buff *skb)
{
	struct outer_gre outer = {
		.ip = { .version = 4, .ihl = 5, .ttl = 33, .protocol = GRE,
			.saddr = ADDRESS4(10, 4, 4, 1), .daddr = ADDRESS4(10, 4, 4, 7),
			.tot_len = bpf_htons(skb->len + sizeof(outer)) },
		.gre = { .protocol = skb->protocol },
	};

	too_short = bpf_lwt_push_encap(skb, BPF_LWT_ENCAP_IP, &outer, 12);
	not_here = bpf_lwt_push_encap(skb, BPF_LWT_ENCAP_SEG6, &outer, sizeof(outer));
	by_gre = bpf_lwt_push_encap(skb, BPF_LWT_ENCAP_IP, &outer, sizeof(outer));
	return by_gre ? BPF_DROP : BPF_LWT_REROUTE;
}

SEC("lwt_xmit")
int ip6_out(struct __sk_buff *skb)
{
	struct ipv6hdr outer = {
		.version = 6, .nexthdr = IP_IN_IP, .hop_limit = 34, .payload_len = bpf_htons(skb->len),
		.saddr = ADDRESS6(0xfd04, 1), .daddr = ADDRESS6(0xfd04, 7),
	};

	by_ip6 = bpf_lwt_push_encap(skb, BPF_LWT_ENCAP_IP, &outer, sizeof(outer));
	return by_ip6 ? BPF_DROP : BPF_LWT_REROUTE;
}

SEC("lwt_in")
int ip_in(struct __sk_buff *skb)
{
	struct iphdr outer = {
		.version = 4, .ihl = 5, .ttl = 35, .protocol = IP_IN_IP,
		.saddr = ADDRESS4(10, 3, 3, 8), .daddr = ADDRESS4(10, 4, 4, 7),
		.tot_len = bpf_htons(skb->len + sizeof(outer)),
	};

	by_ip = bpf_lwt_push_encap(skb, BPF_LWT_ENCAP_IP, &outer, sizeof(outer));
	return by_ip ? BPF_DROP : BPF_LWT_REROUTE;
}

static __always_inline struct segments over(__u16 last)
{
	struct segments over = {
		.units = sizeof(over.list) / 8, .type = 4, .left = 1, .last = 1,
		.list = { ADDRESS6(last, 8), ADDRESS6(0xfd04, 7) },
	};

	return over;
}

SEC("lwt_in")
int segments_in(struct __sk_buff *skb)
{
	struct segments segments = over(0xfd0a);

	by_segments = bpf_lwt_push_encap(skb, BPF_LWT_ENCAP_SEG6, &segments, sizeof(segments));
	return by_segments ? BPF_DROP : BPF_OK;
}

SEC("lwt_in")
int inline_in(struct __sk_buff *skb)
{
	/* The packet's own destination takes the place of the last segment. */
	struct segments segments = over(0);

	by_inline = bpf_lwt_push_encap(skb, BPF_LWT_ENCAP_SEG6_INLINE, &segments, sizeof(segments));
	return by_inline ? BPF_DROP : BPF_OK;
}

/* The end of a segment: leaves an option behind the list and a tag, and sends the packet to the next router by itself. */
SEC("lwt_seg6local")
int segment_end(struct __sk_buff *skb)
{
	const int header = sizeof(struct ipv6hdr);
	const int options = header + sizeof(struct segments);
	const __u8 value[8] = { 200, 6, 'h', 'e', 'l', 'l', 'o' };
	const __be16 number = bpf_htons(77);
	struct in6_addr router = ADDRESS6(0xfd04, 7);

	room = bpf_lwt_seg6_adjust_srh(skb, options, sizeof(value));
	option = bpf_lwt_seg6_store_bytes(skb, options, value, sizeof(value));
	tag = bpf_lwt_seg6_store_bytes(skb, header + __builtin_offsetof(struct segments, tag), &number, sizeof(number));
	other = bpf_lwt_seg6_store_bytes(skb, header + __builtin_offsetof(struct segments, list), &router, 16);
	next_hop = bpf_lwt_seg6_action(skb, END_X, &router, sizeof(router));
	return next_hop ? BPF_DROP : BPF_REDIRECT;
}
