// SPDX-License-Identifier: Apache-2.0
// What people type at a prompt, in every program that reads lines by readline(): its result is the line.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* The structs below carry the kernel's own names, which bpf_tracing.h expects with this. */
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long ax;
};
#pragma clang attribute pop

struct line {
	int pid;
	char command[16];
	char text[80];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct line *line_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} lines SEC(".maps");

/* NULL at the end of the input. */
SEC("uretprobe//tmp/skep-desk:readline")
int BPF_KRETPROBE(read_line, const char *text)
{
	struct line line = { .pid = bpf_get_current_pid_tgid() >> 32 };

	if (!text)
		return 0;
	bpf_get_current_comm(line.command, sizeof(line.command));
	bpf_probe_read_user_str(line.text, sizeof(line.text), text);
	bpf_ringbuf_output(&lines, &line, sizeof(line), 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
