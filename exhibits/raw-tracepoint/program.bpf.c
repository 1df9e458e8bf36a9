// SPDX-License-Identifier: Apache-2.0
// How often the system calls of a process fail, by errno: one program at the end of all of them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 512);
	__type(key, int);
	__type(value, __u64);
} failures SEC(".maps");

const volatile int watched_pid;

/* Its arguments, as they are: the registers of user space, and what the call returns. */
SEC("raw_tp/sys_exit")
int count_failure(struct bpf_raw_tracepoint_args *ctx)
{
	long result = ctx->args[1];
	int number = -result;
	__u64 one = 1, *count;

	if (bpf_get_current_pid_tgid() >> 32 != watched_pid || result >= 0 || result < -4095)
		return 0;
	count = bpf_map_lookup_elem(&failures, &number);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&failures, &number, &one, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
