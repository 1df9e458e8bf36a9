// SPDX-License-Identifier: Apache-2.0
// A socket's own filter: what is not marked as ours never reaches it, and of the rest only the head does.
#include <linux/bpf.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define MAGIC 0x534b4550 /* "SKEP" */
#define HEAD 12

__u32 kept, dropped, bytes, cookies;

SEC("socket")
int filter(struct __sk_buff *skb)
{
	__u32 magic = 0;

	bytes += skb->len;
	if (bpf_skb_load_bytes(skb, sizeof(struct udphdr), &magic, sizeof(magic)) || magic != bpf_htonl(MAGIC)) {
		dropped++;
		return 0;
	}
	kept++;
	if (bpf_get_socket_cookie(skb))
		cookies++;
	return sizeof(struct udphdr) + HEAD;
}
