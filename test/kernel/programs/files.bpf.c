// SPDX-License-Identifier: Apache-2.0
// Kernel functions for open files, for security modules: what a process runs that makes a child.
#include "on-getppid.h"

#define SHORT 4

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct path {
	void *mnt;
};

struct file {
	struct path f_path;
};
#pragma clang attribute pop

struct task_struct;
struct cgroup;

extern struct file *bpf_get_task_exe_file(struct task_struct *task) __weak __ksym;
extern void bpf_put_file(struct file *file) __weak __ksym;
extern int bpf_path_d_path(struct path *path, char *buffer, unsigned long buffer__sz) __weak __ksym;
extern int bpf_get_file_xattr(struct file *file, const char *name__str, struct bpf_dynptr *value) __weak __ksym;

int is_whole, is_moved, short_result, ends_alike, foreign, own;
char whole[128], brief[SHORT], value[64];
static const char FOREIGN[] = "security.label", OWN[] = "user.label";

static __always_inline void look(struct file *file)
{
	struct bpf_dynptr room;
	int length;

	length = bpf_path_d_path(&file->f_path, whole, sizeof(whole));
	is_whole = length > SHORT && whole[0] == '/' && whole[(length - 1) & 127] == 0;
	/* The name was put together at the end of the buffer. */
	is_moved = whole[127] == 0 && whole[126] == whole[(length - 2) & 127];
	short_result = bpf_path_d_path(&file->f_path, brief, sizeof(brief));
	ends_alike = brief[SHORT - 1] == 0 && brief[SHORT - 2] == whole[(length - 2) & 127];
	bpf_dynptr_from_mem(value, sizeof(value), 0, &room);
	foreign = bpf_get_file_xattr(file, FOREIGN, &room);
	own = bpf_get_file_xattr(file, OWN, &room);
}

SEC("lsm.s/task_alloc")
int BPF_PROG(executable, struct task_struct *child, unsigned long flags)
{
	struct file *file;

	if (bpf_get_current_pid_tgid() >> 32 != watched)
		return 0;
	file = bpf_get_task_exe_file(bpf_get_current_task_btf());
	if (!file)
		return 0;
	look(file);
	bpf_put_file(file);
	return 0;
}
