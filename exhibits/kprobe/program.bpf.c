// SPDX-License-Identifier: Apache-2.0
// Who removes which file, and how that ended: a kprobe sees the arguments, a kretprobe the result.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* The structs below carry the kernel's own names, which bpf_tracing.h expects with this. */
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long di;
	unsigned long si;
	unsigned long ax;
};

struct filename {
	const char *name;
};
#pragma clang attribute pop

struct removal {
	int pid;
	int dfd;
	int result;
	char path[36];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct removal *removal_type __attribute__((unused));

/* What a thread removes just now. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct removal);
} removing SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} removals SEC(".maps");

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(enter_unlink, int dfd, struct filename *name)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct removal removal = { .pid = id >> 32, .dfd = dfd };
	__u32 thread = id;

	bpf_probe_read_kernel_str(removal.path, sizeof(removal.path), BPF_CORE_READ(name, name));
	bpf_map_update_elem(&removing, &thread, &removal, BPF_ANY);
	return 0;
}

SEC("kretprobe/do_unlinkat")
int BPF_KRETPROBE(leave_unlink, int result)
{
	__u32 thread = bpf_get_current_pid_tgid();
	struct removal *removal = bpf_map_lookup_elem(&removing, &thread);

	if (!removal)
		return 0;
	removal->result = result;
	bpf_ringbuf_output(&removals, removal, sizeof(*removal), 0);
	bpf_map_delete_elem(&removing, &thread);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
