// SPDX-License-Identifier: Apache-2.0
// What a program sends over TLS before it is encrypted: the arguments of SSL_write().
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* The structs below carry the kernel's own names, which bpf_tracing.h expects with this. */
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long di;
	unsigned long si;
	unsigned long dx;
};
#pragma clang attribute pop

#define MOST 64

struct message {
	int pid;
	int size;
	unsigned long connection;
	char text[MOST];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct message *message_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} messages SEC(".maps");

SEC("uprobe//tmp/skep-desk:SSL_write")
int BPF_KPROBE(write_plain, void *connection, const void *buffer, int size)
{
	struct message message = {
		.pid = bpf_get_current_pid_tgid() >> 32,
		.size = size,
		.connection = (unsigned long)connection,
	};
	__u32 length = size;

	if (size <= 0)
		return 0;
	if (length > MOST)
		length = MOST;
	bpf_probe_read_user(message.text, length, buffer);
	bpf_ringbuf_output(&messages, &message, sizeof(message), 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
