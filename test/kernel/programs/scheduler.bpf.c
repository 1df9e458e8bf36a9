// SPDX-License-Identifier: Apache-2.0
// The least of a scheduler: every task goes into the one queue that every CPU takes from.
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define GLOBAL_QUEUE ((1ULL << 63) | 1)
#define SLICE 20000000ULL /* ns */

struct task_struct;
struct scx_exit_info;

/* Some of the kernel's members, in another order. */
struct sched_ext_ops {
	char name[128];
	__u32 timeout_ms;
	__s32 (*init)(void);
	void (*exit)(struct scx_exit_info *info);
	void (*enqueue)(struct task_struct *task, __u64 flags);
};

/* Linux 6.12's name; scx_bpf_dsq_insert since 6.13. */
extern void scx_bpf_dispatch(struct task_struct *task, __u64 queue, __u64 slice, __u64 flags) __ksym __weak;

long inits, exits, enqueued;

SEC("struct_ops.s/init")
__s32 BPF_PROG(skep_init)
{
	inits++;
	return 0;
}

SEC("struct_ops/exit")
void BPF_PROG(skep_exit, struct scx_exit_info *info)
{
	exits++;
}

SEC("struct_ops/enqueue")
void BPF_PROG(skep_enqueue, struct task_struct *task, __u64 flags)
{
	__sync_fetch_and_add(&enqueued, 1);
	scx_bpf_dispatch(task, GLOBAL_QUEUE, SLICE, flags);
}

SEC(".struct_ops.link")
struct sched_ext_ops scheduler = {
	.init = (void *)skep_init,
	.exit = (void *)skep_exit,
	.enqueue = (void *)skep_enqueue,
	.timeout_ms = 20000,
	.name = "skep_scheduler",
};
