// SPDX-License-Identifier: Apache-2.0
// A packet filter, and programs that watch it from outside: what it is given, and what it says.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* Which protocols of Ethernet pass. Volatile: the compiler must not know the answer. */
__attribute__((noinline)) int decide(__u32 protocol)
{
	volatile int verdict = protocol == 0x88b5 ? XDP_PASS : XDP_DROP;

	return verdict;
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	struct ethhdr *ethernet = (void *)(long)ctx->data;

	if ((void *)(ethernet + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	return decide(bpf_ntohs(ethernet->h_proto));
}

/* Another opinion, in place of the one above. */
SEC("?freplace/decide")
int opposite(__u32 protocol)
{
	return protocol == 0x88b5 ? XDP_DROP : XDP_PASS;
}

/* What a program calls its context is another structure inside of the kernel. */
struct net_device {
	int ifindex;
	char name[16];
} __attribute__((preserve_access_index));
struct xdp_rxq_info {
	struct net_device *dev;
} __attribute__((preserve_access_index));
struct xdp_buff {
	void *data, *data_end;
	struct xdp_rxq_info *rxq;
} __attribute__((preserve_access_index));

enum { ENTRY = 1, EXIT, DECISION, PLUGIN };

struct sighting {
	__u32 where;
	__u32 number;
	__s32 verdict;
	char device[16];
};
const struct sighting *sighting_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} frames SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} sightings SEC(".maps");

static __always_inline void note(__u32 where, __u32 number, int verdict, struct net_device *device)
{
	struct sighting seen = { where, number, verdict };

	if (device)
		bpf_probe_read_kernel_str(seen.device, sizeof(seen.device), device->name);
	bpf_ringbuf_output(&sightings, &seen, sizeof(seen), 0);
}

/* The frame as it comes, with its first bytes in a record of their own. */
SEC("?fentry/filter")
int BPF_PROG(watch_frame, struct xdp_buff *xdp)
{
	__u32 length = xdp->data_end - xdp->data;
	__u64 header = sizeof(struct ethhdr);

	note(ENTRY, length, 0, xdp->rxq->dev);
	bpf_xdp_output(xdp, &frames, BPF_F_CURRENT_CPU | header << 32, &length, sizeof(length));
	return 0;
}

SEC("?fexit/filter")
int BPF_PROG(watch_verdict, struct xdp_buff *xdp, int verdict)
{
	note(EXIT, xdp->data_end - xdp->data, verdict, xdp->rxq->dev);
	return 0;
}

/* A function of it, with the numbers that it is called with. */
SEC("?fexit/decide")
int BPF_PROG(watch_decision, __u32 protocol, int verdict)
{
	note(DECISION, protocol, verdict, 0);
	return 0;
}

SEC("?fexit/opposite")
int BPF_PROG(watch_plugin, __u32 protocol, int verdict)
{
	note(PLUGIN, protocol, verdict, 0);
	return 0;
}
