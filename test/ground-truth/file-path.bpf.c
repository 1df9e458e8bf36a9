// SPDX-License-Identifier: Apache-2.0
// Programs on the paths of openat(2) and unlinkat(2): order, names and return values as registers hold them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long di, si, dx, ax, ip;
};
struct filename {
	const char *name;
};
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

struct event {
	int pid;
	char comm[16];
	char hook[32];
	char text[32];
	unsigned long value;
};

const struct event *event_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} output SEC(".maps");

static __always_inline void report(const char *hook, int length, const void *text, unsigned long value)
{
	struct event *event = bpf_ringbuf_reserve(&output, sizeof(*event), 0);

	if (!event)
		return;
	__builtin_memset(event, 0, sizeof(*event));
	event->pid = bpf_get_current_pid_tgid();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_probe_read_kernel(event->hook, length, hook);
	if (text)
		bpf_probe_read_kernel_str(event->text, sizeof(event->text), text);
	event->value = value;
	bpf_ringbuf_submit(event, 0);
}

#define REPORT(hook, text, value) report(hook, sizeof(hook), text, value)

SEC("kprobe/do_unlinkat") int BPF_KPROBE(kprobe_unlink, int dfd, struct filename *name)
{
	REPORT("kprobe do_unlinkat", BPF_CORE_READ(name, name), dfd);
	return 0;
}

SEC("fentry/do_unlinkat") int BPF_PROG(fentry_unlink, int dfd, struct filename *name)
{
	REPORT("fentry do_unlinkat", name->name, dfd);
	return 0;
}

SEC("fexit/do_unlinkat") int BPF_PROG(fexit_unlink, int dfd, struct filename *name, long ret)
{
	REPORT("fexit do_unlinkat", 0, ret);
	return 0;
}

SEC("kretprobe/do_unlinkat") int BPF_KRETPROBE(kretprobe_unlink, long ret)
{
	REPORT("kretprobe do_unlinkat", 0, ret);
	return 0;
}

SEC("fentry/vfs_unlink") int BPF_PROG(fentry_vfs_unlink, void *idmap, void *dir, struct dentry *dentry)
{
	REPORT("fentry vfs_unlink", dentry->d_name.name, 0);
	return 0;
}

SEC("fentry/security_inode_unlink") int BPF_PROG(fentry_security_unlink, void *dir, struct dentry *dentry)
{
	REPORT("fentry security_inode_unlink", dentry->d_name.name, 0);
	return 0;
}

SEC("tp/syscalls/sys_enter_unlink") int enter_unlink(void *ctx)
{
	REPORT("tp sys_enter_unlink", 0, 0);
	return 0;
}

SEC("tp/syscalls/sys_enter_unlinkat") int enter_unlinkat(void *ctx)
{
	REPORT("tp sys_enter_unlinkat", 0, 0);
	return 0;
}

SEC("kprobe/do_sys_openat2") int BPF_KPROBE(kprobe_openat2, int dfd, const char *name)
{
	char text[32] = {};

	bpf_probe_read_user_str(text, sizeof(text), name);
	REPORT("kprobe do_sys_openat2", text, dfd);
	return 0;
}

SEC("fentry/do_filp_open") int BPF_PROG(fentry_filp_open, int dfd, struct filename *name)
{
	REPORT("fentry do_filp_open", name->name, dfd);
	return 0;
}

SEC("fentry/vfs_open") int BPF_PROG(fentry_vfs_open, struct path *path, struct file *file)
{
	REPORT("fentry vfs_open", path->dentry->d_name.name, 0);
	return 0;
}

SEC("fentry/security_file_open") int BPF_PROG(fentry_security_open, struct file *file)
{
	REPORT("fentry security_file_open", file->f_path.dentry->d_name.name, 0);
	return 0;
}

SEC("fexit/do_sys_openat2") int BPF_PROG(fexit_openat2, int dfd, const char *name, void *how, long ret)
{
	REPORT("fexit do_sys_openat2", 0, ret);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
