// SPDX-License-Identifier: Apache-2.0
// A guard as a Linux security module: programs that may not be run, by path, and files that may not be removed, by name.
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

struct linux_binprm {
	const char *filename;
};

struct inode;
#pragma clang attribute pop

#define LONGEST 64

/* Paths of programs, and names of files. */
struct name_set {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, char[LONGEST]);
	__type(value, __u32);
};

struct name_set forbidden SEC(".maps");
struct name_set precious SEC(".maps");

struct report {
	char what[8];
	char name[LONGEST];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct report *report_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} reports SEC(".maps");

/* Only what this process does is reported. */
const volatile int watched_pid;
int started;

static __always_inline int is_watched(void)
{
	return bpf_get_current_pid_tgid() >> 32 == watched_pid;
}

static __always_inline void report(const char *what, int size, const char *name)
{
	struct report *report = bpf_ringbuf_reserve(&reports, sizeof(*report), 0);

	if (!report)
		return;
	__builtin_memset(report, 0, sizeof(*report));
	__builtin_memcpy(report->what, what, size);
	bpf_probe_read_kernel_str(report->name, sizeof(report->name), name);
	bpf_ringbuf_submit(report, 0);
}

SEC("lsm/bprm_check_security")
int BPF_PROG(guard_exec, struct linux_binprm *bprm)
{
	char path[LONGEST] = {};

	bpf_probe_read_kernel_str(path, sizeof(path), bprm->filename);
	if (!bpf_map_lookup_elem(&forbidden, path))
		return 0;
	report("exec", 5, bprm->filename);
	return -EPERM;
}

/* A hook that returns nothing: it is told of what happens and decides nothing. */
SEC("lsm/bprm_committed_creds")
int BPF_PROG(note_start, struct linux_binprm *bprm)
{
	char path[LONGEST] = {};

	bpf_probe_read_kernel_str(path, sizeof(path), bprm->filename);
	if (bpf_map_lookup_elem(&forbidden, path))
		started++;
	return 0;
}

/* Attached first, so it is asked last: it hears only of files that the guard below gives away. */
SEC("lsm/inode_unlink")
int BPF_PROG(note_unlink, struct inode *directory, struct dentry *dentry)
{
	if (is_watched())
		report("removed", 8, (const char *)BPF_CORE_READ(dentry, d_name.name));
	return 0;
}

SEC("lsm/inode_unlink")
int BPF_PROG(guard_unlink, struct inode *directory, struct dentry *dentry)
{
	char name[LONGEST] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
	if (!bpf_map_lookup_elem(&precious, name))
		return 0;
	if (is_watched())
		report("kept", 5, (const char *)BPF_CORE_READ(dentry, d_name.name));
	return -EACCES;
}

char LICENSE[] SEC("license") = "GPL";
