// SPDX-License-Identifier: Apache-2.0
// A TCP option of one's own (kind 254, told apart by a magic): the ends of a connection exchange a word in the handshake.
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define IPPROTO_TCP 6
#define TCP_SAVE_SYN 27
#define TCP_SAVED_SYN 28
#define FLAG_SYN 0x02
#define FLAG_ACK 0x10
#define KIND 254
#define MAGIC bpf_htons(0x5be7)
#define FIRST 100

struct option {
	__u8 kind, length;
	__u16 magic;
	__u32 word;
} __attribute__((packed));

/* What the server has read in SYN, ACK and data, and the client in SYN-ACK. */
int in_syn, in_ack, in_data, in_answer, answer_length;
int saved, mss, too_small, other_magic, bad_question, syn_byte, no_mac, kept_byte;
struct {
	int load, load_syn, store, reserve;
} too_early;
struct {
	int load, too_much, too_little, with_flags, reserved;
} when_reserving;
struct {
	int stored, again, of_kernel;
} when_writing;

static __always_inline int find(struct bpf_sock_ops *ctx, __u64 flags, struct option *option)
{
	option->kind = KIND;
	option->length = 4;
	option->magic = MAGIC;
	option->word = 0;
	return bpf_load_hdr_opt(ctx, option, sizeof(*option), flags);
}

static __always_inline void reserve(struct bpf_sock_ops *ctx)
{
	struct option option;

	/* Asked with a segment, and before there is one, for its size. */
	if (ctx->args[0] == 0) {
		when_reserving.load = find(ctx, 0, &option);
		when_reserving.too_much = bpf_reserve_hdr_opt(ctx, 41, 0);
		when_reserving.too_little = bpf_reserve_hdr_opt(ctx, 1, 0);
		when_reserving.with_flags = bpf_reserve_hdr_opt(ctx, 16, 1);
	}
	when_reserving.reserved = bpf_reserve_hdr_opt(ctx, 16, 0);
}

static __always_inline void write(struct bpf_sock_ops *ctx)
{
	struct option option = {}, asked;
	__u8 size[4] = { 2, 4, 5, 0xb4 };
	__u32 flags = ctx->skb_tcp_flags;

	option.word = bpf_htonl(FIRST + 2);
	if (flags & FLAG_SYN) {
		option.word = bpf_htonl(FIRST);
		if (flags & FLAG_ACK) {
			/* There is no socket yet: what is asked for is at hand. */
			if (find(ctx, BPF_LOAD_HDR_OPT_TCP_SYN, &asked) != sizeof(asked))
				return;
			in_syn = bpf_ntohl(asked.word);
			option.word = bpf_htonl(in_syn + 1);
		}
		when_writing.of_kernel = bpf_store_hdr_opt(ctx, size, sizeof(size), 0);
	}
	option.kind = KIND;
	option.length = sizeof(option);
	option.magic = MAGIC;
	when_writing.stored = bpf_store_hdr_opt(ctx, &option, sizeof(option), 0);
	when_writing.again = bpf_store_hdr_opt(ctx, &option, sizeof(option), 0);
}

static __always_inline void served(struct bpf_sock_ops *ctx)
{
	struct option option;
	__u8 size[4] = { 2, 0 }, small[4] = { KIND, 4, 0x5b, 0xe7 }, other[4] = { KIND, 4, 1, 2 };
	__u8 bad[4] = { KIND, 0 }, byte = 0;

	if (find(ctx, 0, &option) == sizeof(option))
		in_ack = bpf_ntohl(option.word);
	saved = find(ctx, BPF_LOAD_HDR_OPT_TCP_SYN, &option);
	if (bpf_load_hdr_opt(ctx, size, sizeof(size), BPF_LOAD_HDR_OPT_TCP_SYN) == 4)
		mss = size[2] << 8 | size[3];
	too_small = bpf_load_hdr_opt(ctx, small, sizeof(small), 0);
	other_magic = bpf_load_hdr_opt(ctx, other, sizeof(other), 0);
	bad_question = bpf_load_hdr_opt(ctx, bad, sizeof(bad), 0);
	syn_byte = bpf_getsockopt(ctx, IPPROTO_TCP, TCP_BPF_SYN_IP, &byte, 1);
	no_mac = bpf_getsockopt(ctx, IPPROTO_TCP, TCP_BPF_SYN_MAC, &byte, 1);
	bpf_getsockopt(ctx, IPPROTO_TCP, TCP_SAVED_SYN, &byte, 1);
	kept_byte = byte;
	bpf_sock_ops_cb_flags_set(ctx, BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG);
}

SEC("sockops")
int exchange(struct bpf_sock_ops *ctx)
{
	struct option option = {};
	int keep = 1;

	switch (ctx->op) {
	case BPF_SOCK_OPS_TCP_LISTEN_CB:
		bpf_setsockopt(ctx, IPPROTO_TCP, TCP_SAVE_SYN, &keep, sizeof(keep));
		bpf_sock_ops_cb_flags_set(ctx, BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG);
		break;
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		too_early.load = find(ctx, 0, &option);
		too_early.load_syn = find(ctx, BPF_LOAD_HDR_OPT_TCP_SYN, &option);
		too_early.store = bpf_store_hdr_opt(ctx, &option, sizeof(option), 0);
		too_early.reserve = bpf_reserve_hdr_opt(ctx, 16, 0);
		bpf_sock_ops_cb_flags_set(ctx, BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG);
		break;
	case BPF_SOCK_OPS_HDR_OPT_LEN_CB:
		reserve(ctx);
		break;
	case BPF_SOCK_OPS_WRITE_HDR_OPT_CB:
		write(ctx);
		break;
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
		answer_length = find(ctx, 0, &option);
		in_answer = bpf_ntohl(option.word);
		break;
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		served(ctx);
		break;
	case BPF_SOCK_OPS_PARSE_HDR_OPT_CB:
		if (find(ctx, 0, &option) == sizeof(option))
			in_data = bpf_ntohl(option.word);
	}
	return 1;
}
