// SPDX-License-Identifier: Apache-2.0
// Programs of which kernels refuse most: contexts, helpers and kernel functions that are another type's.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef unsigned int u32;
typedef unsigned long long u64;

char LICENSE[] SEC("license") = "GPL";

/* The beginning of the record that ftrace writes, which is no tracepoint's argument. */
struct trace_event {
	unsigned short type;
	unsigned char flags, preempt_count;
	int pid;
};

/* struct trace_event_raw_sched_process_exec */
struct exec_event {
	struct trace_event entry;
	u32 filename;
	int pid, old_pid;
};

SEC("tp/syscalls/sys_enter_execve")
int packet_in_tracepoint(struct xdp_md *context)
{
	return context->data;
}

SEC("tp/syscalls/sys_enter_execve")
int common_field(struct trace_event *context)
{
	return context->pid;
}

SEC("tp_btf/sched_process_exec")
int record_of_tp_btf(struct exec_event *context)
{
	return context->pid;
}

SEC("xdp")
int pid_in_xdp(struct xdp_md *context)
{
	return bpf_get_current_pid_tgid() ? XDP_PASS : XDP_DROP;
}

struct task_struct;
extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;

SEC("tp_btf/task_newtask")
int task_kept(u64 *context)
{
	struct task_struct *task = bpf_task_acquire((struct task_struct *)context[0]);

	if (task)
		bpf_task_release(task);
	return 0;
}

SEC("tp_btf/task_newtask")
int task_leaked(u64 *context)
{
	struct task_struct *task = bpf_task_acquire((struct task_struct *)context[0]);

	return task != 0;
}

SEC("tp_btf/task_newtask")
int task_unchecked(u64 *context)
{
	struct task_struct *task = bpf_task_acquire((struct task_struct *)context[0]);

	bpf_task_release(task);
	return 0;
}

SEC("tp_btf/task_newtask")
int task_released_twice(u64 *context)
{
	struct task_struct *task = bpf_task_acquire((struct task_struct *)context[0]);

	if (!task)
		return 0;
	bpf_task_release(task);
	bpf_task_release(task);
	return 0;
}

SEC("socket")
int task_in_socket_filter(struct __sk_buff *context)
{
	bpf_task_release((struct task_struct *)context);
	return 0;
}

SEC("cgroup/connect4")
int address6_in_connect4(struct bpf_sock_addr *context)
{
	return context->user_ip6[0] & 1;
}

SEC("cgroup/connect6")
int address6_in_connect6(struct bpf_sock_addr *context)
{
	return context->user_ip6[0] & 1;
}

SEC("cgroup/sock_create")
int address_in_create(struct bpf_sock *context)
{
	return context->src_ip4 & 1;
}

SEC("cgroup/post_bind4")
int address_in_post_bind(struct bpf_sock *context)
{
	return context->src_ip4 & 1;
}

SEC("cgroup/bind4")
int bind_in_bind4(struct bpf_sock_addr *context)
{
	bpf_bind(context, (void *)context, 0);
	return 1;
}

/* What comes after the end of the packet was never compared with it. */
SEC("xdp")
int packet_unchecked(struct xdp_md *context)
{
	unsigned char *data = (void *)(long)context->data;

	return data[0] & 1;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} numbers SEC(".maps");

SEC("xdp")
int value_unchecked(struct xdp_md *context)
{
	u32 key = 0;
	u64 *number = bpf_map_lookup_elem(&numbers, &key);

	*number += 1;
	return XDP_PASS;
}

/* Programs of this kind may answer 0 or 1 only. */
SEC("cgroup/bind6")
int answer_too_large(struct bpf_sock_addr *context)
{
	return 7;
}
