// SPDX-License-Identifier: Apache-2.0
// What a router lets into a network behind it: packets that have come far enough, by their time to live.
#include <linux/bpf.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

const volatile __u8 least_ttl = 60;

__u64 seen, refused;
__u32 ttl, interface;

SEC("lwt_in")
int admit(struct __sk_buff *skb)
{
	struct iphdr ip;

	if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)))
		return BPF_DROP;
	seen++;
	ttl = ip.ttl;
	interface = skb->ingress_ifindex == skb->ifindex;
	if (ip.ttl >= least_ttl)
		return BPF_OK;
	refused++;
	return BPF_DROP;
}
