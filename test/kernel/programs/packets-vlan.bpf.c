// SPDX-License-Identifier: Apache-2.0
// Traffic control: the access port of a bridge. Tagged frames lose their tag, others get one, short ones are padded.
#include "packets.h"

#define SHORTEST 60
#define LONGEST 1514

SEC("tc")
int access_port(struct __sk_buff *skb)
{
	struct vlan_header tag;

	noted[0] = skb->len;
	noted[1] = (__u64)skb->vlan_present << 32 | skb->protocol;
	if (IS_TAG(skb->protocol)) {
		if (bpf_skb_load_bytes(skb, ETH_HLEN, &tag, sizeof(tag)))
			return TC_ACT_SHOT;
		noted[2] = bpf_skb_vlan_pop(skb);
		skb->priority = bpf_ntohs(tag.tag) >> 13;
		skb->cb[0] = bpf_ntohs(tag.tag) & 0xfff;
	} else if (skb->pkt_type == 3) {
		noted[2] = bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 100);
		noted[3] = bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021AD), 7 << 13 | 200);
	} else {
		noted[2] = bpf_skb_vlan_push(skb, 0, 5);
		noted[3] = bpf_skb_change_type(skb, 0);
	}
	noted[4] = (__u64)skb->vlan_tci << 32 | skb->vlan_present << 16 | skb->vlan_proto;
	noted[5] = (__u64)skb->len << 32 | skb->protocol;
	if (skb->len < SHORTEST)
		noted[6] = bpf_skb_change_tail(skb, SHORTEST, 0);
	else if (skb->len > LONGEST)
		noted[6] = bpf_skb_change_tail(skb, LONGEST, 0);
	noted[7] = (__u64)skb->len << 32 | (__u32)(skb->data_end - skb->data);
	return skb->vlan_present ? TC_ACT_OK : TC_ACT_PIPE;
}
