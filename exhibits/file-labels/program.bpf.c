// SPDX-License-Identifier: Apache-2.0
// A security module that labels files: those that a control group makes belong to it, and nobody else may write them.
#include <linux/bpf.h>
#include <linux/errno.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#define FMODE_WRITE 0x2
#define FMODE_CREATED 0x100000
#define LONGEST 64

typedef unsigned long long u64;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct path {
	void *mnt;
};

struct inode {
	unsigned long i_ino;
};

struct file {
	unsigned int f_mode;
	struct path f_path;
	struct inode *f_inode;
};

struct linux_binprm {
	struct file *file;
	unsigned int secureexec : 1;
};
#pragma clang attribute pop

/* The group that a file belongs to; it goes with the file. */
struct {
	__uint(type, BPF_MAP_TYPE_INODE_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u64);
} labels SEC(".maps");

struct event {
	char what[8];
	int length;
	char path[LONGEST];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct event *event_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

/* The group whose files are labelled. */
u64 owner;
/* What IMA has measured of the first labelled file: nothing without a policy. */
int measured = 1;
/* Programs that members of the group have started as if they gave more rights. */
int secure;

static __always_inline void report(const char *what, int size, struct file *file)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return;
	__builtin_memset(event, 0, sizeof(*event));
	__builtin_memcpy(event->what, what, size);
	event->length = bpf_d_path(&file->f_path, event->path, sizeof(event->path));
	bpf_ringbuf_submit(event, 0);
}

SEC("lsm/file_open")
int BPF_PROG(guard_open, struct file *file)
{
	u64 group = bpf_get_current_cgroup_id();
	u64 *label;

	if ((file->f_mode & FMODE_CREATED) && group == owner) {
		label = bpf_inode_storage_get(&labels, file->f_inode, &group, BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (label)
			report("label", 6, file);
		return 0;
	}
	if (!(file->f_mode & FMODE_WRITE))
		return 0;
	label = bpf_inode_storage_get(&labels, file->f_inode, 0, 0);
	if (!label || *label == group)
		return 0;
	report("refuse", 7, file);
	return -EACCES;
}

/* Sleeps, as asking for a measurement may. */
SEC("lsm.s/file_open")
int BPF_PROG(ask_measurement, struct file *file)
{
	unsigned char digest[32];

	if (measured > 0 && bpf_inode_storage_get(&labels, file->f_inode, 0, 0))
		measured = bpf_ima_inode_hash(file->f_inode, digest, sizeof(digest));
	return 0;
}

SEC("lsm/bprm_creds_for_exec")
int BPF_PROG(mark_exec, struct linux_binprm *bprm)
{
	if (bpf_get_current_cgroup_id() == owner)
		bpf_bprm_opts_set(bprm, BPF_F_BPRM_SECUREEXEC);
	return 0;
}

SEC("lsm/bprm_committed_creds")
int BPF_PROG(count_secure, struct linux_binprm *bprm)
{
	if (BPF_CORE_READ_BITFIELD(bprm, secureexec) && bpf_get_current_cgroup_id() == owner)
		secure++;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
