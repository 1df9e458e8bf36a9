// SPDX-License-Identifier: Apache-2.0
// One body on one function in two ways, and what each way sees when the function returns.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* The structs below carry the kernel's own names, which bpf_tracing.h expects with this. */
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long di;
	unsigned long si;
	unsigned long dx;
	unsigned long ax;
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
#pragma clang attribute pop

struct record {
	char way[8];
	int pid;
	int dfd;
	long result;
	char path[24];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct record *record_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

static __always_inline int body(struct record record, int dfd, struct filename *name)
{
	record.pid = bpf_get_current_pid_tgid() >> 32;
	record.dfd = dfd;
	bpf_probe_read_kernel_str(record.path, sizeof(record.path), BPF_CORE_READ(name, name));
	bpf_ringbuf_output(&records, &record, sizeof(record), 0);
	return 0;
}

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(by_kprobe, int dfd, struct filename *name)
{
	return body((struct record){ .way = "kprobe" }, dfd, name);
}

SEC("fentry/do_unlinkat")
int BPF_PROG(by_fentry, int dfd, struct filename *name)
{
	return body((struct record){ .way = "fentry" }, dfd, name);
}

/* Arguments and result; the result as the register holds it. */
SEC("fexit/do_unlinkat")
int BPF_PROG(by_fexit, int dfd, struct filename *name, long ret)
{
	return body((struct record){ .way = "fexit", .result = ret }, dfd, name);
}

/* The result; the registers of the arguments hold whatever the function left there. */
SEC("kretprobe/do_unlinkat")
int BPF_KRETPROBE(by_return, int ret)
{
	struct record record = { .way = "return", .result = ret };

	record.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_ringbuf_output(&records, &record, sizeof(record), 0);
	return 0;
}

/* The third argument; those behind it are left out. */
SEC("kprobe/vfs_unlink")
int BPF_KPROBE(third_argument, void *idmap, void *dir, struct dentry *dentry)
{
	struct record record = { .way = "third" };

	record.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_kernel_str(record.path, sizeof(record.path), BPF_CORE_READ(dentry, d_name.name));
	bpf_ringbuf_output(&records, &record, sizeof(record), 0);
	return 0;
}

/* Reading where nothing is fails and leaves zeros. */
const volatile unsigned long nowhere;
long failure;
char left[8] = "before";

SEC("?kprobe/do_unlinkat")
int BPF_KPROBE(bad_pointer, int dfd)
{
	char buffer[8] = "between";

	failure = bpf_probe_read_kernel(buffer, sizeof(buffer), (void *)nowhere);
	__builtin_memcpy(left, buffer, sizeof(left));
	return 0;
}

/* A program of a tracepoint may return what it likes: nobody asks. */
const volatile int answer;

SEC("?tp/syscalls/sys_enter_unlink")
int decide(void *ctx)
{
	return answer;
}

char LICENSE[] SEC("license") = "GPL";
