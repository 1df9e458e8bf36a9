// SPDX-License-Identifier: Apache-2.0
// A probe that the program's author put there, with arguments that its note describes.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

struct sale {
	int customer;
	int kind;
	long total;
	long cookie;
	int arguments;
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct sale *sale_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} sales SEC(".maps");

SEC("usdt//tmp/skep-shop:shop:sale")
int BPF_USDT(note_sale, int customer, long total, int kind)
{
	struct sale sale = {
		.customer = customer,
		.total = total,
		.kind = kind,
		.cookie = bpf_usdt_cookie(ctx),
		.arguments = bpf_usdt_arg_cnt(ctx),
	};

	bpf_ringbuf_output(&sales, &sale, sizeof(sale), 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
