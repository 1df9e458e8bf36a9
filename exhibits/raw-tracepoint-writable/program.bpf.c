// SPDX-License-Identifier: Apache-2.0
// A tracepoint that lets programs write: test runs of other programs end as this one says.
#include <linux/bpf.h>
#include <linux/errno.h>
#include <bpf/bpf_helpers.h>

/* How many runs are still to fail. */
int failures = 1;
long finished;
int last_error;

SEC("raw_tp.w/bpf_test_finish")
int inject(struct bpf_raw_tracepoint_args *ctx)
{
	int *error = (int *)ctx->args[0];

	finished++;
	last_error = *error;
	if (failures > 0) {
		failures--;
		*error = -EIO;
	}
	return 0;
}

/* What is run to see it. */
SEC("?socket")
int length(struct __sk_buff *skb)
{
	return skb->len;
}

char LICENSE[] SEC("license") = "GPL";
