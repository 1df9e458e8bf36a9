// SPDX-License-Identifier: Apache-2.0
// What programs of each type see in a test run: they note it in `seen`.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

__u64 seen[24];

unsigned long long load_byte(void *skb, unsigned long long offset) __asm__("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long offset) __asm__("llvm.bpf.load.half");

#define BYTES(context) ((unsigned char *)(long)(context)->data)
#define HAS(context, count) (BYTES(context) + (count) <= (unsigned char *)(long)(context)->data_end)

SEC("xdp")
int xdp_look(struct xdp_md *ctx)
{
	seen[0] = ctx->data_end - ctx->data;
	seen[1] = ctx->data - ctx->data_meta;
	seen[2] = ctx->ingress_ifindex;
	seen[3] = ctx->rx_queue_index;
	seen[4] = HAS(ctx, 1) ? BYTES(ctx)[0] : 0x100;
	seen[5] = bpf_xdp_get_buff_len(ctx);
	return XDP_PASS;
}

/* The packet's first bytes say by how much its head, metadata and tail move. */
SEC("xdp")
int xdp_move(struct xdp_md *ctx)
{
	short head, meta, tail;

	if (!HAS(ctx, 6))
		return XDP_DROP;
	head = *(short *)BYTES(ctx);
	meta = *(short *)(BYTES(ctx) + 2);
	tail = *(short *)(BYTES(ctx) + 4);
	if (head)
		seen[0] = bpf_xdp_adjust_head(ctx, head);
	if (meta)
		seen[1] = bpf_xdp_adjust_meta(ctx, meta);
	if (tail)
		seen[2] = bpf_xdp_adjust_tail(ctx, tail);
	seen[3] = ctx->data_end - ctx->data;
	seen[4] = ctx->data - ctx->data_meta;
	return XDP_TX;
}

SEC("xdp")
int xdp_count(struct xdp_md *ctx)
{
	seen[0]++;
	if (!HAS(ctx, 1))
		return XDP_ABORTED;
	return ++BYTES(ctx)[0];
}

SEC("xdp")
int xdp_copy(struct xdp_md *ctx)
{
	__u64 word = 0;

	seen[0] = bpf_xdp_load_bytes(ctx, 2, &word, 6);
	seen[1] = word;
	seen[2] = bpf_xdp_store_bytes(ctx, 8, &word, 4);
	seen[3] = bpf_xdp_load_bytes(ctx, bpf_xdp_get_buff_len(ctx) - 4, &word, 5);
	seen[4] = bpf_xdp_store_bytes(ctx, 0xffff, &word, 1);
	return -1;
}

#define LOOK(skb)                                                                                                      \
	seen[0] = (skb)->len;                                                                                          \
	seen[1] = (skb)->pkt_type;                                                                                     \
	seen[2] = (skb)->mark;                                                                                         \
	seen[3] = (skb)->queue_mapping;                                                                                \
	seen[4] = (skb)->protocol;                                                                                     \
	seen[5] = (skb)->vlan_present;                                                                                 \
	seen[6] = (skb)->priority;                                                                                     \
	seen[7] = (skb)->ingress_ifindex;                                                                              \
	seen[8] = (skb)->ifindex;                                                                                      \
	seen[9] = (skb)->tc_index;                                                                                     \
	seen[10] = (skb)->cb[0];                                                                                       \
	seen[11] = (skb)->cb[4];                                                                                       \
	seen[12] = (skb)->hash;                                                                                        \
	seen[13] = (skb)->gso_segs;                                                                                    \
	seen[14] = (skb)->gso_size;                                                                                    \
	seen[15] = (skb)->vlan_tci

SEC("tc")
int tc_look(struct __sk_buff *skb)
{
	LOOK(skb);
	seen[16] = skb->wire_len;
	seen[17] = skb->data_end - skb->data;
	seen[18] = skb->data - skb->data_meta;
	seen[19] = HAS(skb, 1) ? BYTES(skb)[0] : 0x100;
	seen[20] = skb->tstamp;
	seen[21] = skb->sk != 0;
	seen[22] = skb->tc_classid;
	seen[23] = skb->hwtstamp;
	skb->mark += 1;
	skb->priority = 0x10203;
	skb->cb[1] = 0xabcdef;
	skb->tstamp += 5;
	skb->queue_mapping = 3;
	skb->tc_index = 9;
	skb->tc_classid = 0x10001;
	return TC_ACT_SHOT;
}

SEC("action")
int act_look(struct __sk_buff *skb)
{
	LOOK(skb);
	seen[17] = skb->data_end - skb->data;
	return -1;
}

SEC("tc")
int tc_count(struct __sk_buff *skb)
{
	seen[0]++;
	if (!HAS(skb, 1))
		return TC_ACT_UNSPEC;
	return ++BYTES(skb)[0];
}

SEC("tc")
int tc_copy(struct __sk_buff *skb)
{
	__u64 word = 0;

	seen[0] = bpf_skb_load_bytes(skb, 2, &word, 6);
	seen[1] = word;
	seen[2] = bpf_skb_store_bytes(skb, 8, &word, 4, 0);
	seen[3] = bpf_skb_load_bytes(skb, skb->len - 4, &word, 5);
	seen[4] = word;
	seen[5] = bpf_skb_store_bytes(skb, 0xffff, &word, 1, 0);
	seen[6] = bpf_skb_store_bytes(skb, 0, &word, 1, 0x100);
	seen[7] = bpf_skb_pull_data(skb, 0);
	seen[8] = bpf_skb_pull_data(skb, 14);
	seen[9] = bpf_skb_pull_data(skb, skb->len + 1);
	seen[10] = bpf_skb_load_bytes_relative(skb, 0, &word, 2, 0);
	seen[11] = word;
	seen[12] = bpf_skb_load_bytes_relative(skb, 0, &word, 2, 1);
	seen[13] = word;
	seen[14] = bpf_skb_load_bytes_relative(skb, 0, &word, 2, 2);
	return TC_ACT_OK;
}

SEC("socket")
int socket_look(struct __sk_buff *skb)
{
	LOOK(skb);
	skb->cb[2] = 7;
	return skb->len;
}

SEC("socket")
int socket_classic(struct __sk_buff *skb)
{
	seen[0] = load_byte(skb, 0);
	seen[1] = load_half(skb, 2);
	seen[2] = load_half(skb, -0x100000 + 0); /* SKF_NET_OFF */
	seen[3] = load_half(skb, -0x200000 + 12); /* SKF_LL_OFF */
	seen[4] = 1;
	seen[5] = load_byte(skb, skb->len);
	return 1;
}

SEC("cgroup_skb/egress")
int cgroup_look(struct __sk_buff *skb)
{
	LOOK(skb);
	seen[17] = skb->data_end;
	seen[19] = HAS(skb, 1) ? BYTES(skb)[0] : 0x100;
	seen[20] = skb->family;
	seen[21] = skb->remote_ip4;
	seen[22] = skb->local_ip4;
	skb->mark = 5;
	return 1;
}

SEC("lwt_in")
int lwt_look(struct __sk_buff *skb)
{
	LOOK(skb);
	seen[17] = skb->data_end - skb->data;
	return BPF_DROP;
}

SEC("lwt_xmit")
int lwt_write(struct __sk_buff *skb)
{
	if (!HAS(skb, 1))
		return BPF_OK;
	BYTES(skb)[0] = 0x77;
	return BPF_REDIRECT;
}

struct numbers {
	__u64 one, other, sum;
};

SEC("syscall")
int sum(struct numbers *numbers)
{
	numbers->sum = numbers->one + numbers->other;
	return -3;
}

SEC("syscall")
int nothing(void *ctx)
{
	seen[0]++;
	return 4;
}

SEC("raw_tp/sys_enter")
int arguments(struct bpf_raw_tracepoint_args *ctx)
{
	seen[0] = ctx->args[0];
	seen[1] = ctx->args[1];
	seen[2] = ctx->args[0] == bpf_get_smp_processor_id();
	return 9;
}

SEC("sk_lookup")
int lookup(struct bpf_sk_lookup *ctx)
{
	seen[0] = ctx->family;
	seen[1] = ctx->protocol;
	seen[2] = ctx->remote_ip4;
	seen[3] = ctx->remote_port;
	seen[4] = ctx->local_ip4;
	seen[5] = ctx->local_port;
	seen[6] = ctx->ingress_ifindex;
	seen[7] = ctx->sk != 0;
	seen[8] = ctx->remote_ip6[3];
	return ctx->local_port == 7 ? SK_DROP : SK_PASS;
}

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	struct bpf_flow_keys *keys = skb->flow_keys;

	seen[0] = keys->nhoff;
	seen[1] = keys->thoff;
	seen[2] = keys->n_proto;
	seen[3] = keys->flags;
	seen[4] = skb->data_end - skb->data;
	seen[5] = HAS(skb, 1) ? BYTES(skb)[0] : 0x100;
	keys->thoff = HAS(skb, 15) ? BYTES(skb)[14] : 0;
	keys->ip_proto = 6;
	keys->sport = bpf_htons(80);
	return BPF_OK;
}

SEC("kprobe/vfs_rmdir")
int probe(void *ctx)
{
	return 0;
}

SEC("tp/syscalls/sys_enter_rmdir")
int event(void *ctx)
{
	return 0;
}

SEC("fentry/bpf_fentry_test1")
int BPF_PROG(enter_one, int number)
{
	seen[0]++;
	seen[1] = number;
	return 0;
}

SEC("fexit/bpf_fentry_test2")
int BPF_PROG(leave_two, int number, __u64 other, int result)
{
	seen[0] = number;
	seen[1] = other;
	seen[2] = result;
	return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(typed_event, void *regs, long id)
{
	seen[0]++;
	return 0;
}
