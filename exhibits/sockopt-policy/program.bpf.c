// SPDX-License-Identifier: Apache-2.0
// Socket options of a tenant: buffers have a limit, marks are not its own, and an option of ours tells who it is.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define SOL_SOCKET 1
#define SO_RCVBUF 8
#define SO_PRIORITY 12
#define SO_MARK 36
#define IPPROTO_TCP 6
#define TCP_NODELAY 1
/* No level of the kernel's. */
#define SOL_TENANT 0x7e1
#define TENANT_ID 1
#define TENANT_TAG 2

#define MOST_BUFFER 65536

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, int);
} tags SEC(".maps");

const volatile int tenant = 7;
int last_priority = -1;

SEC("cgroup/setsockopt")
int set(struct bpf_sockopt *ctx)
{
	int *value = ctx->optval;
	int *tag;

	if ((void *)(value + 1) > ctx->optval_end)
		return 0;
	if (ctx->level == SOL_TENANT) {
		if (ctx->optname != TENANT_TAG || !ctx->sk)
			return 0;
		tag = bpf_sk_storage_get(&tags, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
		if (!tag)
			return 0;
		*tag = *value;
		ctx->optlen = -1; /* it is ours: the kernel never sees it */
		return 1;
	}
	if (ctx->level != SOL_SOCKET)
		return 1;
	switch (ctx->optname) {
	case SO_MARK:
		return 0;
	case SO_RCVBUF:
		if (*value > MOST_BUFFER)
			*value = MOST_BUFFER;
		return 1;
	case SO_PRIORITY:
		/* Silently something else: no delay instead of a priority. */
		last_priority = *value;
		ctx->level = IPPROTO_TCP;
		asm volatile("" ::: "memory"); /* one store each: the kernel takes no larger one */
		ctx->optname = TCP_NODELAY;
		return 1;
	default:
		ctx->optlen = 0; /* the caller's own value, whatever its size */
		return 1;
	}
}

SEC("cgroup/getsockopt")
int get(struct bpf_sockopt *ctx)
{
	int *value = ctx->optval;
	int *tag;

	if ((void *)(value + 1) > ctx->optval_end)
		return 1;
	if (ctx->level == SOL_SOCKET && ctx->optname == SO_RCVBUF && !ctx->retval) {
		/* The kernel doubles what is asked for: not for this tenant. */
		*value = (unsigned int)*value / 2;
		return 1;
	}
	if (ctx->level == SOL_SOCKET && ctx->optname == SO_MARK) {
		bpf_set_retval(-13 /* EACCES */);
		return 1;
	}
	if (ctx->level != SOL_TENANT)
		return 1;
	if (ctx->optname == TENANT_ID) {
		*value = tenant;
	} else {
		tag = ctx->sk ? bpf_sk_storage_get(&tags, ctx->sk, 0, 0) : 0;
		if (!tag)
			return 1;
		*value = *tag;
	}
	ctx->optlen = sizeof(int);
	asm volatile("" ::: "memory");
	ctx->retval = 0;
	return 1;
}
