// SPDX-License-Identifier: Apache-2.0
// What goes over one route: counted on the way into the tunnel, and on the way to the link until a quota is used up.
#include <linux/bpf.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* Bytes that the route may carry. */
const volatile __u64 quota;

__u64 packets, bytes, refused;
__u32 last_destination;

SEC("lwt_out")
int count(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data;

	if ((void *)(ip + 1) > end)
		return BPF_DROP;
	packets++;
	last_destination = ip->daddr;
	return BPF_OK;
}

SEC("lwt_xmit")
int limit(struct __sk_buff *skb)
{
	if (bytes + skb->len > quota) {
		refused++;
		return BPF_DROP;
	}
	bytes += skb->len;
	return BPF_OK;
}
