/* SPDX-License-Identifier: Apache-2.0 */
/* Goes before exhibits that read registers, when their objects are built for 64-bit ARM: what bpf_tracing.h reads there. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct user_pt_regs {
	unsigned long regs[31];
	unsigned long sp;
	unsigned long pc;
};
#pragma clang attribute pop
