// SPDX-License-Identifier: Apache-2.0
// Programs whose return value decides whether a directory of one name may be removed.
#include <linux/bpf.h>
#include <linux/errno.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct inode;
struct socket;
struct sockaddr;
#pragma clang attribute pop

long seen;

static __always_inline int decide(struct dentry *dentry)
{
	char name[8] = {};

	seen++;
	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
	return __builtin_memcmp(name, "keep", 5) == 0 ? -EPERM : 0;
}

SEC("lsm/inode_rmdir")
int BPF_PROG(lsm_rmdir, struct inode *dir, struct dentry *dentry, int before)
{
	return before ? before : decide(dentry);
}

SEC("lsm.s/inode_rmdir")
int BPF_PROG(lsm_rmdir_sleepable, struct inode *dir, struct dentry *dentry, int before)
{
	return before ? before : decide(dentry);
}

SEC("fmod_ret/security_inode_rmdir")
int BPF_PROG(modify_rmdir, struct inode *dir, struct dentry *dentry, int result)
{
	return result ? result : decide(dentry);
}

SEC("fentry/security_inode_rmdir")
int BPF_PROG(fentry_rmdir, struct inode *dir, struct dentry *dentry)
{
	seen++;
	return 0;
}

SEC("fexit/security_inode_rmdir")
int BPF_PROG(fexit_rmdir, struct inode *dir, struct dentry *dentry, int result)
{
	seen++;
	return 0;
}

SEC("lsm_cgroup/socket_bind")
int BPF_PROG(cgroup_bind, struct socket *socket, struct sockaddr *address, int length)
{
	return 1;
}
