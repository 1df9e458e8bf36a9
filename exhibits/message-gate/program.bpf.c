// SPDX-License-Identifier: Apache-2.0
// What one end of a connection may send: secrets are held back, and what is for the local cache never leaves the machine.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

enum { CLIENT, CACHE };

struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

__u32 passed, dropped, redirected, size;

SEC("sk_msg")
int gate(struct sk_msg_md *msg)
{
	unsigned char *data = msg->data, *end = msg->data_end;
	__u32 cache = CACHE;

	size += msg->size;
	if (data + 1 > end)
		return SK_PASS;
	switch (data[0]) {
	case '!': /* secret */
		dropped++;
		return SK_DROP;
	case '@': /* for the cache: as if it had been sent to it */
		redirected++;
		return bpf_msg_redirect_hash(msg, &sockets, &cache, BPF_F_INGRESS);
	case '?':
		data[0] = '.';
	}
	passed++;
	return SK_PASS;
}
