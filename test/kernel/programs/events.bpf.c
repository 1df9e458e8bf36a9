// SPDX-License-Identifier: Apache-2.0
// Writes to a perf event array and to the trace pipe, for the commands that follow them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} events SEC(".maps");

/* With the length in front it fills whole words: the kernel pads the rest with whatever is there. */
struct record {
	char bytes[36];
};

SEC("xdp")
int report(struct xdp_md *ctx)
{
	struct record record = { .bytes = "bees are busy" };
	long lost;

	record.bytes[35] = 0xff;
	lost = bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &record, sizeof(record));
	bpf_printk("%s \"%ld\"", record.bytes, lost);
	return XDP_PASS;
}
