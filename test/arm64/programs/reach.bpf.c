// SPDX-License-Identifier: Apache-2.0
// Reads eight bytes of a kprobe's context at OFFSET: struct pt_regs has 336.
#include "arm64.h"

SEC("kprobe/do_unlinkat")
int reach(void *ctx)
{
	return *(volatile __u64 *)(ctx + OFFSET) != 0;
}
