// SPDX-License-Identifier: Apache-2.0
// Arguments of functions written in Go: in registers of Go's own since 1.17, on the stack before; where C has them there is
// something else.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* The structs below carry the kernel's own names, which bpf_tracing.h expects with this. */
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long bx;
	unsigned long ax;
	unsigned long di;
	unsigned long si;
	unsigned long sp;
};
#pragma clang attribute pop

struct call {
	int pid;
	int is_old;
	/* As Go has them since 1.17, as it had them before, and as C has them. */
	long registers[2];
	long stack[2];
	long c[2];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct call *call_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} calls SEC(".maps");

static __always_inline int report(struct pt_regs *ctx, int is_old)
{
	struct call call = {
		.pid = bpf_get_current_pid_tgid() >> 32,
		.is_old = is_old,
		.registers = { ctx->ax, ctx->bx },
		.c = { PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx) },
	};

	/* Behind the address that the function returns to. */
	bpf_probe_read_user(call.stack, sizeof(call.stack), (void *)ctx->sp + 8);
	bpf_ringbuf_output(&calls, &call, sizeof(call), 0);
	return 0;
}

SEC("uprobe//tmp/skep-desk:main.sum")
int new_go(struct pt_regs *ctx)
{
	return report(ctx, 0);
}

SEC("uprobe//tmp/skep-desk:main.oldSum")
int old_go(struct pt_regs *ctx)
{
	return report(ctx, 1);
}

char LICENSE[] SEC("license") = "GPL";
