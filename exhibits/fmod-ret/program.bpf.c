// SPDX-License-Identifier: Apache-2.0
// A function's answer, given by a program in its place: files of one name cannot be opened for a while.
#include <linux/bpf.h>
#include <linux/errno.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct path {
	struct dentry *dentry;
};

struct file {
	struct path f_path;
};
#pragma clang attribute pop

/* Which program ran, and the answer that fexit saw in the end. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 64);
	__type(value, long);
} steps SEC(".maps");

enum { ENTERED = 1, ASKED_FIRST, ASKED_SECOND, LEFT };

/* How many times the file is still refused. */
int refusals = 1;

static __always_inline int is_ours(struct file *file)
{
	char name[8] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return __builtin_memcmp(name, "ledger", 7) == 0;
}

static __always_inline void step(long what)
{
	bpf_map_push_elem(&steps, &what, BPF_ANY);
}

SEC("fentry/security_file_open")
int BPF_PROG(enter, struct file *file)
{
	if (is_ours(file))
		step(ENTERED);
	return 0;
}

/* Attached before the other one, so it is asked after it. */
SEC("fmod_ret/security_file_open")
int BPF_PROG(agree, struct file *file, int answer)
{
	if (is_ours(file))
		step(ASKED_SECOND);
	return 0;
}

SEC("fmod_ret/security_file_open")
int BPF_PROG(refuse, struct file *file, int answer)
{
	if (!is_ours(file))
		return 0;
	step(ASKED_FIRST);
	return refusals-- > 0 ? -EPERM : 0;
}

SEC("fexit/security_file_open")
int BPF_PROG(leave, struct file *file, int answer)
{
	if (is_ours(file)) {
		step(LEFT);
		step(answer);
	}
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
