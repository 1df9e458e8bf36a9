// SPDX-License-Identifier: Apache-2.0
// A lightweight tunnel at the way out: a link-layer header for devices that have none, and no more than a link takes.
#include "packets.h"

#define LONGEST 1280

SEC("lwt_xmit")
int route(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr header = { .h_dest = { 2, 0, 0, 0, 0, 9 }, .h_source = { 2, 0, 0, 0, 0, 8 } };
	__u8 *first = data;

	noted[0] = skb->len;
	if (data + 1 > end)
		return BPF_DROP;
	switch (*first >> 4) {
	case 4:
		header.h_proto = bpf_htons(ETH_P_IP);
		break;
	case 6:
		header.h_proto = bpf_htons(ETH_P_IPV6);
		break;
	default:
		return BPF_DROP;
	}
	if (skb->len > LONGEST)
		noted[1] = bpf_skb_change_tail(skb, LONGEST, 0);
	noted[2] = bpf_skb_pull_data(skb, 40);
	noted[3] = bpf_skb_change_head(skb, sizeof(header), 0);
	if (noted[3])
		return BPF_DROP;
	noted[4] = bpf_skb_store_bytes(skb, 0, &header, sizeof(header), 0);
	noted[5] = bpf_skb_change_head(skb, 16000, 0);
	noted[6] = skb->len;
	data = (void *)(long)skb->data;
	end = (void *)(long)skb->data_end;
	if (data + sizeof(header) + 10 <= end && *((__u8 *)data + sizeof(header)) == 0x45) {
		/* One hop more. */
		__u8 *ttl = data + sizeof(header) + 8;

		if (*ttl <= 1)
			return BPF_DROP;
		*ttl -= 1;
		noted[7] = bpf_l3_csum_replace(skb, sizeof(header) + offsetof(struct iphdr, check), *ttl + 1, *ttl, 2);
	}
	return BPF_REDIRECT;
}
