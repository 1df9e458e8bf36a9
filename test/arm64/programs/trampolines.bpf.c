// SPDX-License-Identifier: Apache-2.0
// Programs that trampolines call: ftrace must be able to call them directly.
#include "arm64.h"

SEC("fentry/do_unlinkat")
int BPF_PROG(enter, int dfd, struct filename *name)
{
	char text[24] = {};

	bpf_probe_read_kernel_str(text, sizeof(text), name->name);
	bpf_printk("fentry do_unlinkat %d %s", dfd, text);
	return 0;
}

SEC("fexit/do_unlinkat")
int BPF_PROG(leave, int dfd, struct filename *name, long result)
{
	bpf_printk("fexit do_unlinkat %ld", result);
	return 0;
}
