/* SPDX-License-Identifier: Apache-2.0 */
/* What these programs know of a 64-bit ARM kernel. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* The structs below carry the kernel's own names, which bpf_tracing.h expects with this. */
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct user_pt_regs {
	unsigned long regs[31];
	unsigned long sp;
	unsigned long pc;
};

struct pt_regs {
	unsigned long regs[31];
	unsigned long orig_x0;
	int syscallno;
};

struct filename {
	const char *name;
};

struct linux_binprm {
	const char *filename;
};
#pragma clang attribute pop

char LICENSE[] SEC("license") = "Dual BSD/GPL";
