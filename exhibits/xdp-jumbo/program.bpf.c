// SPDX-License-Identifier: Apache-2.0
// Frames that are longer than a page come to XDP in pieces: a program that says so (xdp.frags) sees the first of them, and
// reaches the others by helpers.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* Of each frame of IPv4: all its bytes, and those of its first piece. */
__u32 frames, lengths[8], pieces[8];
/* A byte far behind, as it came and as it is now. */
__u8 far_byte;
__s32 beyond;

SEC("xdp.frags")
int look(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	__u32 length = bpf_xdp_get_buff_len(ctx), at = frames;
	__u8 mark = 'X';

	if ((void *)(eth + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || at >= 8)
		return XDP_PASS;
	lengths[at] = length;
	pieces[at] = end - data;
	frames = at + 1;
	if (length < 8000)
		return XDP_PASS;
	bpf_xdp_load_bytes(ctx, 7000, &far_byte, 1);
	bpf_xdp_store_bytes(ctx, 7000, &mark, 1);
	beyond = bpf_xdp_load_bytes(ctx, length, &mark, 1);
	return XDP_PASS;
}

SEC("xdp")
int plain(struct xdp_md *ctx)
{
	return XDP_PASS;
}
