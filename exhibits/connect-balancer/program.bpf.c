// SPDX-License-Identifier: Apache-2.0
// A load balancer without packets: connections to a service's address are made to one of its backends instead, and the
// caller is told what it asked for.
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define BACKENDS 2
#define SERVICE_ADDRESS bpf_htonl(0x0a600001) /* 10.96.0.1 */
#define SERVICE_PORT bpf_htons(80)

struct end {
	__u32 address;
	__u32 port;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BACKENDS);
	__type(key, __u32);
	__type(value, struct end);
} backends SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64); /* cookie of the socket */
	__type(value, struct end);
} asked SEC(".maps");

/* Datagrams: who answers, and what the sender asked for. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct end);
} answers SEC(".maps");

__u32 turn;
long translated, told;

static __always_inline int is_service(struct bpf_sock_addr *ctx)
{
	return ctx->user_ip4 == SERVICE_ADDRESS && ctx->user_port == SERVICE_PORT;
}

static __always_inline int translate(struct bpf_sock_addr *ctx)
{
	struct end original = { .address = ctx->user_ip4, .port = ctx->user_port };
	__u64 cookie = bpf_get_socket_cookie(ctx);
	__u32 index = __sync_fetch_and_add(&turn, 1) % BACKENDS;
	struct end *backend = bpf_map_lookup_elem(&backends, &index);

	if (!backend || !backend->port)
		return 0;
	bpf_map_update_elem(&asked, &cookie, &original, BPF_ANY);
	bpf_map_update_elem(&answers, &cookie, backend, BPF_ANY);
	ctx->user_ip4 = backend->address;
	ctx->user_port = backend->port;
	__sync_fetch_and_add(&translated, 1);
	return 1;
}

SEC("cgroup/connect4")
int balance(struct bpf_sock_addr *ctx)
{
	return is_service(ctx) ? translate(ctx) : 1;
}

SEC("cgroup/sendmsg4")
int balance_datagram(struct bpf_sock_addr *ctx)
{
	return is_service(ctx) ? translate(ctx) : 1;
}

static __always_inline void tell(struct bpf_sock_addr *ctx)
{
	__u64 cookie = bpf_get_socket_cookie(ctx);
	struct end *backend = bpf_map_lookup_elem(&answers, &cookie);
	struct end *original = bpf_map_lookup_elem(&asked, &cookie);

	if (!backend || !original || ctx->user_ip4 != backend->address || ctx->user_port != backend->port)
		return;
	ctx->user_ip4 = original->address;
	ctx->user_port = original->port;
	__sync_fetch_and_add(&told, 1);
}

SEC("cgroup/getpeername4")
int tell_peer(struct bpf_sock_addr *ctx)
{
	tell(ctx);
	return 1;
}

SEC("cgroup/recvmsg4")
int tell_sender(struct bpf_sock_addr *ctx)
{
	tell(ctx);
	return 1;
}
