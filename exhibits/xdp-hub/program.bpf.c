// SPDX-License-Identifier: Apache-2.0
// An Ethernet hub: what comes in on one port goes out of all others (BPF_F_BROADCAST). A frame to a station that was heard goes to its port alone.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* By interface index. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

struct station {
	__u8 address[ETH_ALEN];
	__u16 unused;
};

/* Where stations were heard last. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct station);
	__type(value, __u32);
} stations SEC(".maps");

__u64 flooded, forwarded;

SEC("xdp")
int hub(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	struct ethhdr *ethernet = data;
	struct station from = {}, to = {};
	__u32 ingress = ctx->ingress_ifindex;

	if ((void *)(ethernet + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	__builtin_memcpy(from.address, ethernet->h_source, ETH_ALEN);
	__builtin_memcpy(to.address, ethernet->h_dest, ETH_ALEN);
	bpf_map_update_elem(&stations, &from, &ingress, BPF_ANY);

	__u32 *port = bpf_map_lookup_elem(&stations, &to);

	if (port) {
		if (*port == ingress)
			return XDP_DROP;
		__sync_fetch_and_add(&forwarded, 1);
		return bpf_redirect_map(&ports, *port, XDP_DROP);
	}
	__sync_fetch_and_add(&flooded, 1);
	return bpf_redirect_map(&ports, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}
