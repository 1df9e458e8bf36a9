// SPDX-License-Identifier: Apache-2.0
// A netfilter program, in an object of its own: kernels before 6.4 have no such type.
#include <linux/bpf.h>
#include <linux/netfilter.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

long seen;
int deny;

struct bpf_nf_ctx;

SEC("netfilter")
int filter(struct bpf_nf_ctx *ctx)
{
	__sync_fetch_and_add(&seen, 1);
	return deny ? NF_DROP : NF_ACCEPT;
}
