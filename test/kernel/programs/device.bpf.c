// SPDX-License-Identifier: Apache-2.0
// Rewrites what one human interface device reports.
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define REPORT_BYTES 3

struct hid_bpf_ctx;

/* Some of the kernel's members. */
struct hid_bpf_ops {
	/* Which device: the loader says. */
	int hid_id;
	__u32 flags;
	int (*hid_device_event)(struct hid_bpf_ctx *event, int type, __u64 source);
};

extern __u8 *hid_bpf_get_data(struct hid_bpf_ctx *event, unsigned int offset, const unsigned long size) __ksym
	__weak;

long reports, last_x;

/* The pointer goes the other way from left to right. */
SEC("struct_ops/hid_device_event")
int BPF_PROG(mirror, struct hid_bpf_ctx *event, int type, __u64 source)
{
	__u8 *report = hid_bpf_get_data(event, 0, REPORT_BYTES);

	if (!report)
		return 0;
	reports++;
	last_x = (__s8)report[1];
	report[1] = -report[1];
	return 0;
}

SEC(".struct_ops.link")
struct hid_bpf_ops mouse = {
	.hid_device_event = (void *)mirror,
};
