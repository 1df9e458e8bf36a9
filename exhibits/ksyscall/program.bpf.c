// SPDX-License-Identifier: Apache-2.0
// Which files are opened with which flags, at the system call itself; the result is a descriptor or an errno.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* The structs below carry the kernel's own names, which bpf_tracing.h expects with this. */
#define __VMLINUX_H__
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long di;
	unsigned long si;
	unsigned long dx;
	unsigned long r10;
	unsigned long ax;
};
#pragma clang attribute pop

#define O_CREAT 0100

struct opened {
	int pid;
	int result;
	int creates;
	int mode;
	char path[32];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct opened *opened_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct opened);
} opening SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} output SEC(".maps");

const volatile int watched_pid;

SEC("ksyscall/openat")
int BPF_KSYSCALL(enter_openat, int dfd, const char *path, int flags, unsigned short mode)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct opened opened = { .pid = id >> 32, .creates = (flags & O_CREAT) != 0, .mode = mode };
	__u32 thread = id;

	if (opened.pid != watched_pid)
		return 0;
	bpf_probe_read_user_str(opened.path, sizeof(opened.path), path);
	bpf_map_update_elem(&opening, &thread, &opened, BPF_ANY);
	return 0;
}

SEC("kretsyscall/openat")
int BPF_KRETPROBE(leave_openat, int result)
{
	__u32 thread = bpf_get_current_pid_tgid();
	struct opened *opened = bpf_map_lookup_elem(&opening, &thread);

	if (!opened)
		return 0;
	/* A descriptor is any number: only that there is one matters. */
	opened->result = result < 0 ? result : 0;
	bpf_perf_event_output(ctx, &output, BPF_F_CURRENT_CPU, opened, sizeof(*opened));
	bpf_map_delete_elem(&opening, &thread);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
