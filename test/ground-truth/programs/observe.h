/* SPDX-License-Identifier: Apache-2.0 */
/* What every program here shares: the record it writes, whom it watches, and how it reads names. */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define __VMLINUX_H__
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

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

struct filename {
	const char *name;
};

struct linux_binprm {
	const char *filename;
};

struct task_struct {
	int pid;
	int tgid;
	char comm[16];
	struct task_struct *real_parent;
};
#pragma clang attribute pop

/* The registers a kprobe gets, in the order of struct pt_regs. */
enum { R15, R14, R13, R12, BP, BX, R11, R10, R9, R8, AX, CX, DX, SI, DI, ORIG_AX, IP, CS, FLAGS, SP, SS, REGISTERS };

enum kind { KIND_KPROBE, KIND_KRETPROBE, KIND_FENTRY, KIND_FEXIT, KIND_EVENT, KIND_RAW };

struct record {
	char hook[56];
	char text[40];
	char comm[16];
	u32 kind;
	u32 pid;
	u32 tgid;
	u32 uid;
	u32 count; /* of the words that hold something */
	u32 cpu;
	u64 function; /* bpf_get_func_ip */
	u64 time;
	u64 words[REGISTERS];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} records SEC(".maps");

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct record *record_type __attribute__((unused));

/* Only this process and its children are watched; 0 watches everybody. */
volatile int watched = 0;

static __always_inline int is_watched(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return watched == 0 || BPF_CORE_READ(task, tgid) == watched ||
	       BPF_CORE_READ(task, real_parent, tgid) == watched;
}

/* How to find the name that an argument stands for. */
#define NOTHING 0
#define USER(argument) (0x10 | (argument))
#define FILENAME(argument) (0x20 | (argument))
#define BPRM(argument) (0x30 | (argument))
#define TASK(argument) (0x40 | (argument))
#define OPENED(argument) (0x50 | (argument))
#define DENTRY(argument) (0x60 | (argument))
#define KERNEL(argument) (0x70 | (argument))

static __always_inline void read_text(struct record *record, int how, u64 value)
{
	const void *text = 0;

	switch (how & 0xf0) {
	case USER(0):
		bpf_probe_read_user_str(record->text, sizeof(record->text), (void *)value);
		return;
	case FILENAME(0):
		text = BPF_CORE_READ((struct filename *)value, name);
		break;
	case BPRM(0):
		text = BPF_CORE_READ((struct linux_binprm *)value, filename);
		break;
	case TASK(0):
		text = __builtin_preserve_access_index(&((struct task_struct *)value)->comm);
		break;
	case OPENED(0):
		text = BPF_CORE_READ((struct file *)value, f_path.dentry, d_name.name);
		break;
	case DENTRY(0):
		text = BPF_CORE_READ((struct dentry *)value, d_name.name);
		break;
	case KERNEL(0):
		text = (void *)value;
		break;
	default:
		return;
	}
	bpf_probe_read_kernel_str(record->text, sizeof(record->text), text);
}

/* Reserves a record and fills in what does not depend on the hook. */
static __always_inline struct record *begin(enum kind kind)
{
	struct record *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
	u64 id;

	if (!record)
		return 0;
	__builtin_memset(record, 0, sizeof(*record));
	id = bpf_get_current_pid_tgid();
	record->kind = kind;
	record->pid = id;
	record->tgid = id >> 32;
	record->uid = bpf_get_current_uid_gid();
	record->cpu = bpf_get_smp_processor_id();
	record->time = bpf_ktime_get_ns();
	bpf_get_current_comm(record->comm, sizeof(record->comm));
	return record;
}

/* Ends a record: its hook's name, and the same name as a line in the trace pipe. */
static __always_inline void finish(struct record *record, const char *hook)
{
	bpf_probe_read_kernel_str(record->hook, sizeof(record->hook), hook);
	bpf_ringbuf_submit(record, 0);
	bpf_printk("%s", hook);
}
