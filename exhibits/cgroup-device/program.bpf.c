// SPDX-License-Identifier: Apache-2.0
// What a container may do with device nodes: a list of rules, and everything else is refused and counted.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct rule {
	short type;
	short access;
	unsigned int major;
	int minor; /* -1 is any */
};

const volatile struct rule rules[] = {
	{ BPF_DEVCG_DEV_CHAR, BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD, 1, 3 }, /* null */
	{ BPF_DEVCG_DEV_CHAR, BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE, 1, 5 },			      /* zero */
	{ BPF_DEVCG_DEV_CHAR, BPF_DEVCG_ACC_READ, 1, 9 },					      /* urandom */
	{ BPF_DEVCG_DEV_BLOCK, BPF_DEVCG_ACC_MKNOD, 7, -1 },					      /* loop */
};

struct denial {
	unsigned long long group;
	unsigned int type;
	unsigned int access;
	unsigned int major;
	unsigned int minor;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} denials SEC(".maps");

/* For readers of the events. */
const struct denial *denial_type;

SEC("cgroup/dev")
int devices(struct bpf_cgroup_dev_ctx *ctx)
{
	unsigned int type = ctx->access_type & 0xffff;
	unsigned int access = ctx->access_type >> 16;
	struct denial *denial;

#pragma unroll
	for (int i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].type != type || rules[i].major != ctx->major)
			continue;
		if (rules[i].minor >= 0 && rules[i].minor != ctx->minor)
			continue;
		if ((access & ~rules[i].access) == 0)
			return 1;
	}
	denial = bpf_ringbuf_reserve(&denials, sizeof(*denial), 0);
	if (denial) {
		denial->group = bpf_get_current_cgroup_id();
		denial->type = type;
		denial->access = access;
		denial->major = ctx->major;
		denial->minor = ctx->minor;
		bpf_ringbuf_submit(denial, 0);
	}
	return 0;
}
