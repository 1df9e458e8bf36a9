// SPDX-License-Identifier: Apache-2.0
// Messages out of streams: what is sent is held together, cut and changed; what comes in is given on message by message.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct sockets {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
};

struct sockets senders SEC(".maps");
struct sockets readers SEC(".maps");
struct sockets datagrams SEC(".maps");

/* How often the program was asked, and of how many bytes it was shown how many; what helpers answered. */
struct {
	__u32 asked;
	__u32 size;
	__u32 shown;
	__s32 answer;
} last;

static __always_inline void show(struct sk_msg_md *msg, int answer)
{
	last.size = msg->size;
	last.shown = msg->data_end - msg->data;
	last.answer = answer;
}

/* The first byte says what is done with a message. */
SEC("sk_msg")
int edit(struct sk_msg_md *msg)
{
	unsigned char *data = msg->data, *end = msg->data_end;
	int answer = 0;

	last.asked++;
	if (data + 1 > end)
		return SK_PASS;
	switch (data[0]) {
	case 'c': /* not before eight bytes are there */
		answer = bpf_msg_cork_bytes(msg, 8);
		break;
	case 'a': /* four at a time */
		answer = bpf_msg_apply_bytes(msg, 4);
		break;
	case 'l': /* this decision holds for more than there is */
		answer = bpf_msg_apply_bytes(msg, 6);
		break;
	case 'h': /* a header before it */
		answer = bpf_msg_push_data(msg, 0, 2, 0);
		data = msg->data;
		end = msg->data_end;
		if (data + 2 > end)
			break;
		data[0] = '-';
		data[1] = '-';
		break;
	case 'i': /* something in it, and then all of it in one piece */
		bpf_msg_push_data(msg, 1, 2, 0);
		answer = bpf_msg_pull_data(msg, 0, 4, 0);
		data = msg->data;
		end = msg->data_end;
		if (data + 4 > end)
			break;
		data[1] = '<';
		data[2] = '>';
		break;
	case 'e': /* something behind it */
		bpf_msg_push_data(msg, msg->size, 1, 0);
		answer = bpf_msg_pull_data(msg, msg->size - 1, msg->size, 0);
		data = msg->data;
		end = msg->data_end;
		if (data + 1 > end)
			break;
		data[0] = '!';
		break;
	case 'o': /* something out of it */
		answer = bpf_msg_pop_data(msg, 1, 2, 0);
		break;
	case 'f': /* its front */
		answer = bpf_msg_pop_data(msg, 0, 1, 0);
		break;
	case 'w': /* more than there is */
		answer = bpf_msg_pop_data(msg, 1, 100, 0);
		break;
	case 'x':
		bpf_msg_apply_bytes(msg, 3);
		show(msg, 0);
		return SK_DROP;
	}
	show(msg, answer);
	return SK_PASS;
}

__u32 parsed, judged, seen;

/* Two digits say how long a message is, themselves included. */
SEC("sk_skb/stream_parser")
int cut(struct __sk_buff *skb)
{
	unsigned char digits[2];

	parsed++;
	if (bpf_skb_load_bytes(skb, 0, digits, sizeof(digits)) < 0)
		return 0;
	if (digits[0] == '-')
		return -71; /* EPROTO */
	return (digits[0] - '0') * 10 + digits[1] - '0';
}

SEC("sk_skb/stream_verdict")
int judge(struct __sk_buff *skb)
{
	judged++;
	seen = skb->len;
	return SK_PASS;
}

/* Datagrams go out of another socket, to whom that is connected to. */
SEC("sk_skb/verdict")
int forward(struct __sk_buff *skb)
{
	return bpf_sk_redirect_map(skb, &datagrams, 1, 0);
}
