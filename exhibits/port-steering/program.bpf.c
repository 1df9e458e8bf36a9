// SPDX-License-Identifier: Apache-2.0
// One server for many ports: connections and datagrams to a range of ports go to its sockets, wherever those are bound.
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define IPPROTO_TCP 6
#define LOOPBACK bpf_htonl(0x7f000001)

enum { STREAM, DATAGRAM };

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} servers SEC(".maps");

const volatile __u32 first = 17000, last = 17009, closed = 17005;
__u32 steered, refused, left;
int second_choice;

SEC("sk_lookup")
int steer(struct bpf_sk_lookup *ctx)
{
	__u32 key = ctx->protocol == IPPROTO_TCP ? STREAM : DATAGRAM;
	struct bpf_sock *server;
	long error;

	if (ctx->family != 2 || ctx->local_ip4 != LOOPBACK || ctx->local_port < first || ctx->local_port > last) {
		left++;
		return SK_PASS;
	}
	if (ctx->local_port == closed) {
		refused++;
		return SK_DROP;
	}
	server = bpf_map_lookup_elem(&servers, &key);
	if (!server)
		return SK_PASS;
	error = bpf_sk_assign(ctx, server, 0);
	second_choice = bpf_sk_assign(ctx, server, 0);
	bpf_sk_release(server);
	if (!error)
		steered++;
	return error ? SK_DROP : SK_PASS;
}
