// SPDX-License-Identifier: Apache-2.0
// Keeps directories from being removed.
#include "arm64.h"

SEC("lsm/inode_rmdir")
int BPF_PROG(keep, void *directory, void *dentry, int so_far)
{
	bpf_printk("lsm inode_rmdir");
	return so_far ? so_far : -1;
}
