// SPDX-License-Identifier: Apache-2.0
// How long removing a file takes and how it ends: typed arguments at entry, arguments and result at return.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct filename {
	const char *name;
};
#pragma clang attribute pop

struct removal {
	int pid;
	int result;
	long nanoseconds;
	char path[32];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct removal *removal_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} started SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} removals SEC(".maps");

SEC("fentry/do_unlinkat")
int BPF_PROG(enter_unlink, int dfd, struct filename *name)
{
	__u32 thread = bpf_get_current_pid_tgid();
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&started, &thread, &now, BPF_ANY);
	return 0;
}

SEC("fexit/do_unlinkat")
int BPF_PROG(leave_unlink, int dfd, struct filename *name, int result)
{
	__u64 id = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();
	__u32 thread = id;
	__u64 *start = bpf_map_lookup_elem(&started, &thread);
	struct removal *removal;

	if (!start)
		return 0;
	removal = bpf_ringbuf_reserve(&removals, sizeof(*removal), 0);
	if (removal) {
		__builtin_memset(removal, 0, sizeof(*removal));
		removal->pid = id >> 32;
		removal->result = result;
		removal->nanoseconds = now - *start;
		bpf_ringbuf_submit(removal, 0);
	}
	bpf_map_delete_elem(&started, &thread);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
