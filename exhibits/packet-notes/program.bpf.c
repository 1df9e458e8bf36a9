// SPDX-License-Identifier: Apache-2.0
// What a packet has beside its bytes: a key for a tunnel's device, with options; a time to leave; whose it is.
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define WITHOUT_LOCAL offsetof(struct bpf_tunnel_key, local_ipv4)

struct bpf_tunnel_key read;
struct {
	int none, no_options, options_of_none, set, bad_flags, bad_size, with_label, extended, got, of_ipv6, short_size;
	int older, options, odd_options, long_options, got_options, small, again;
} key;
struct {
	int owner, task_class, class, realm, state, state_byte;
} facts;
struct {
	int unknown, without_time, monotonic, clock;
	__u64 time;
} leaves;
__u8 options[8];

static __always_inline void keys(struct __sk_buff *skb)
{
	struct bpf_tunnel_key given = {
		.tunnel_id = 42, .remote_ipv4 = 0x0a000002, .local_ipv4 = 0x0a000001, .tunnel_tos = 4, .tunnel_ttl = 63,
	}, other = given;
	__u8 written[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, large[256] = {};

	key.none = bpf_skb_get_tunnel_key(skb, &read, sizeof(read), 0);
	key.no_options = bpf_skb_get_tunnel_opt(skb, options, sizeof(options));
	key.options_of_none = bpf_skb_set_tunnel_opt(skb, written, sizeof(written));
	key.bad_flags = bpf_skb_set_tunnel_key(skb, &given, sizeof(given), 1 << 8);
	key.bad_size = bpf_skb_set_tunnel_key(skb, &given, 12, 0);
	other.tunnel_label = 1;
	key.with_label = bpf_skb_set_tunnel_key(skb, &other, sizeof(other), 0);
	other.tunnel_label = 0;
	other.tunnel_ext = 1;
	key.extended = bpf_skb_set_tunnel_key(skb, &other, sizeof(other), 0);
	key.set = bpf_skb_set_tunnel_key(skb, &given, sizeof(given), BPF_F_ZERO_CSUM_TX);
	key.of_ipv6 = bpf_skb_get_tunnel_key(skb, &read, sizeof(read), BPF_F_TUNINFO_IPV6);
	key.short_size = bpf_skb_get_tunnel_key(skb, &read, 12, 0);
	key.older = bpf_skb_get_tunnel_key(skb, &other, WITHOUT_LOCAL, 0);
	key.odd_options = bpf_skb_set_tunnel_opt(skb, written, 7);
	key.long_options = bpf_skb_set_tunnel_opt(skb, large, sizeof(large));
	key.options = bpf_skb_set_tunnel_opt(skb, written, 4);
	key.small = bpf_skb_get_tunnel_opt(skb, options, 2);
	key.got_options = bpf_skb_get_tunnel_opt(skb, options, sizeof(options));
	key.got = bpf_skb_get_tunnel_key(skb, &read, sizeof(read), BPF_F_TUNINFO_FLAGS);
	/* Another key has no options. */
	bpf_skb_set_tunnel_key(skb, &given, sizeof(given), BPF_F_DONT_FRAGMENT);
	key.again = bpf_skb_get_tunnel_opt(skb, written, sizeof(written));
}

/* Who owns packets that come in, and that leave. */
int owners[2];

SEC("tc")
int owner(struct __sk_buff *skb)
{
	owners[skb->ingress_ifindex ? 0 : 1] = bpf_get_socket_uid(skb);
	return TC_ACT_OK;
}

struct bpf_xfrm_state_opts {
	__s32 error, netns_id;
	__u32 mark, daddr[4], spi;
	__u8 proto;
	__u16 family;
};
extern struct xfrm_state *bpf_xdp_get_xfrm_state(struct xdp_md *ctx, struct bpf_xfrm_state_opts *opts,
						 __u32 opts__sz) __ksym __weak;
extern void bpf_xdp_xfrm_state_release(struct xfrm_state *state) __ksym __weak;

/* Of a namespace: the packet's, none that can be, one without a number; and of options that are too small. */
struct {
	int here, nowhere, unknown, small;
} states;

static __always_inline int state_in(struct xdp_md *ctx, int namespace, __u32 size)
{
	struct bpf_xfrm_state_opts wanted = { .netns_id = namespace, .spi = 7, .proto = 50, .family = 2 };
	struct xfrm_state *state = bpf_xdp_get_xfrm_state(ctx, &wanted, size);

	if (state)
		bpf_xdp_xfrm_state_release(state);
	return wanted.error;
}

SEC("xdp")
int transform(struct xdp_md *ctx)
{
	states.here = state_in(ctx, -1, sizeof(struct bpf_xfrm_state_opts));
	states.nowhere = state_in(ctx, -2, sizeof(struct bpf_xfrm_state_opts));
	states.unknown = state_in(ctx, 77, sizeof(struct bpf_xfrm_state_opts));
	states.small = state_in(ctx, -1, 8);
	return XDP_PASS;
}

SEC("tc")
int note(struct __sk_buff *skb)
{
	struct bpf_xfrm_state state = { .reqid = 5 };

	keys(skb);
	leaves.unknown = bpf_skb_set_tstamp(skb, 5, 7);
	leaves.without_time = bpf_skb_set_tstamp(skb, 0, 1);
	leaves.monotonic = bpf_skb_set_tstamp(skb, 5000, 1);
	leaves.time = skb->tstamp;
	leaves.clock = skb->tstamp_type;
	facts.owner = bpf_get_socket_uid(skb);
	facts.task_class = bpf_get_cgroup_classid(skb);
	facts.class = bpf_skb_cgroup_classid(skb);
	facts.realm = bpf_get_route_realm(skb);
	facts.state = bpf_skb_get_xfrm_state(skb, 0, &state, sizeof(state), 0);
	facts.state_byte = state.reqid;
	return TC_ACT_OK;
}
