// SPDX-License-Identifier: Apache-2.0
// What a function of a program is called with and what it returns, in all processes or in one.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* The structs below carry the kernel's own names, which bpf_tracing.h expects with this. */
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long di;
	unsigned long si;
	unsigned long ax;
};
#pragma clang attribute pop

struct call {
	char what[8];
	int pid;
	int cookie;
	long first, second, result;
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct call *call_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} calls SEC(".maps");

SEC("uprobe")
int BPF_KPROBE(enter, long first, long second)
{
	struct call call = {
		.what = "enter",
		.pid = bpf_get_current_pid_tgid() >> 32,
		.cookie = bpf_get_attach_cookie(ctx),
		.first = first,
		.second = second,
	};

	bpf_ringbuf_output(&calls, &call, sizeof(call), 0);
	return 0;
}

SEC("uretprobe")
int BPF_KRETPROBE(leave, long result)
{
	struct call call = {
		.what = "leave",
		.pid = bpf_get_current_pid_tgid() >> 32,
		.cookie = bpf_get_attach_cookie(ctx),
		.result = result,
	};

	bpf_ringbuf_output(&calls, &call, sizeof(call), 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
