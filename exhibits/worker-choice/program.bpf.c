// SPDX-License-Identifier: Apache-2.0
// Workers share one port: the first byte of a request says which one gets it.
#include <linux/bpf.h>
#include <linux/udp.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define WORKERS 3
#define NOBODY 0xff

struct {
	__uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
	__uint(max_entries, WORKERS + 1);
	__type(key, __u32);
	__type(value, __u64);
} workers SEC(".maps");

__u32 chosen, dropped, missing;
int absent;

SEC("sk_reuseport")
int choose(struct sk_reuseport_md *ctx)
{
	unsigned char *data = ctx->data, *end = ctx->data_end;
	__u32 worker, none = WORKERS;

	if (data + sizeof(struct udphdr) + 1 > end)
		return SK_PASS;
	worker = data[sizeof(struct udphdr)];
	if (worker == NOBODY) {
		dropped++;
		return SK_DROP;
	}
	absent = bpf_sk_select_reuseport(ctx, &workers, &none, 0);
	if (bpf_sk_select_reuseport(ctx, &workers, &worker, 0) == 0)
		chosen++;
	else
		missing++;
	return SK_PASS;
}
