// SPDX-License-Identifier: Apache-2.0
// Drains a user ring buffer.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct order {
	int what;
	int padding;
	long amount;
};
const struct order *order_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} orders SEC(".maps");

long amount, count, bytes;
int last;

static long take(struct bpf_dynptr *record, void *context)
{
	struct order order;

	count++;
	if (bpf_dynptr_read(&order, sizeof(order), record, 0, 0)) {
		bytes++;
		return 0;
	}
	amount += order.amount;
	last = order.what;
	return 0;
}

SEC("syscall")
int drain(void *ctx)
{
	return bpf_user_ringbuf_drain(&orders, take, 0, 0);
}
