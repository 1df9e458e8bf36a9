// SPDX-License-Identifier: Apache-2.0
// Call stacks of a task: the one that runs, and others.
#include "on-getppid.h"

#define USER BPF_F_USER_STACK
#define DEEPEST 16

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct task_struct {
	struct task_struct *real_parent;
};

struct pt_regs {
	unsigned long ip;
};
#pragma clang attribute pop

long kernel_length, user_length, wrong_flags, odd_size, kernel_build_ids, far_skip, of_parent;
int user_is_at_ip, has_kernel;
u64 stack[DEEPEST + 2];
/* The two outermost functions. */
char outer[64];

ON_GETPPID(stacks)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *registers = (struct pt_regs *)bpf_task_pt_regs(task);
	u64 first = 0;

	wrong_flags = bpf_get_task_stack(task, stack, sizeof(stack), 1 << 12);
	odd_size = bpf_get_task_stack(task, stack, sizeof(stack) - 4, 0);
	kernel_build_ids = bpf_get_task_stack(task, stack, sizeof(stack), BPF_F_USER_BUILD_ID);
	far_skip = bpf_get_task_stack(task, stack, sizeof(stack), 255);
	of_parent = bpf_get_task_stack(task->real_parent, stack, sizeof(stack), USER);
	user_length = bpf_get_task_stack(task, stack, sizeof(stack), USER);
	bpf_probe_read_kernel(&first, sizeof(first), &registers->ip);
	user_is_at_ip = user_length >= 8 && stack[0] == first;
	kernel_length = bpf_get_task_stack(task, stack, sizeof(stack), 0);
	has_kernel = kernel_length >= 16;
	if (has_kernel)
		bpf_snprintf(outer, sizeof(outer), "%ps %ps", &stack[(kernel_length / 8 - 2) & (DEEPEST - 1)], 16);
}
