// SPDX-License-Identifier: Apache-2.0
// One program for each hook on the paths of fork, exec, exit, open and unlink. Each writes down which hook it is,
// who runs, and what it was given. Nothing is attached unless the loader is told its name.
#include "observe.h"

/* Registers of struct pt_regs by the argument's number. */
static __always_inline u64 register_argument(const u64 *words, int argument)
{
	switch (argument) {
	case 0:
		return words[DI];
	case 1:
		return words[SI];
	case 2:
		return words[DX];
	case 3:
		return words[CX];
	default:
		return words[R8];
	}
}

/* The bodies are functions, so that two hundred programs do not each hold one. */
static __noinline int on_registers(u64 *regs, int kind, int how, const char *hook)
{
	struct record *record = is_watched() ? begin(kind) : 0;

	if (!record)
		return 0;
	bpf_probe_read_kernel(record->words, sizeof(record->words), regs);
	record->count = REGISTERS;
	record->function = bpf_get_func_ip(regs);
	read_text(record, how, register_argument(record->words, how & 0xf));
	finish(record, hook);
	return 0;
}

/* Arguments one by one through the helper, which knows how many there are; the result stands behind them. */
static __noinline int on_arguments(u64 *ctx, int kind, int how, const char *hook)
{
	struct record *record = is_watched() ? begin(kind) : 0;
	u64 count, value;

	if (!record)
		return 0;
	count = bpf_get_func_arg_cnt(ctx);
	for (u32 index = 0; index < 6; index++) {
		if (index >= count)
			break;
		value = 0;
		bpf_get_func_arg(ctx, index, &value);
		record->words[index] = value;
	}
	record->count = count;
	record->function = bpf_get_func_ip(ctx);
	read_text(record, how, record->words[how & 0x3]);
	if (kind == KIND_FEXIT) {
		value = 0;
		bpf_get_func_ret(ctx, &value);
		record->words[6] = value;
	}
	finish(record, hook);
	return 0;
}

#define ON_KPROBE(program, function, how)                                                                    \
	SEC("kprobe/" function)                                                                              \
	int program(u64 *regs)                                                                               \
	{                                                                                                    \
		return on_registers(regs, KIND_KPROBE, how, "kprobe/" function);                             \
	}

#define ON_KRETPROBE(program, function)                                                                      \
	SEC("kretprobe/" function)                                                                           \
	int program(u64 *regs)                                                                               \
	{                                                                                                    \
		return on_registers(regs, KIND_KRETPROBE, NOTHING, "kretprobe/" function);                   \
	}

#define ON_FENTRY(program, function, how)                                                                    \
	SEC("fentry/" function)                                                                              \
	int program(u64 *ctx)                                                                                \
	{                                                                                                    \
		return on_arguments(ctx, KIND_FENTRY, how, "fentry/" function);                              \
	}

#define ON_FEXIT(program, function, how)                                                                     \
	SEC("fexit/" function)                                                                               \
	int program(u64 *ctx)                                                                                \
	{                                                                                                    \
		return on_arguments(ctx, KIND_FEXIT, how, "fexit/" function);                                \
	}

/* A function that returns: all four hooks. */
#define FUNCTION(function, how)                                                                              \
	ON_KPROBE(kprobe_##function, #function, how)                                                         \
	ON_FENTRY(fentry_##function, #function, how)                                                         \
	ON_FEXIT(fexit_##function, #function, how)                                                           \
	ON_KRETPROBE(kretprobe_##function, #function)

/* A function that never returns. */
#define DEAD_END(function, how)                                                                              \
	ON_KPROBE(kprobe_##function, #function, how)                                                         \
	ON_FENTRY(fentry_##function, #function, how)

/* System calls take one argument, the user's registers. */
#define SYSTEM_CALL(name) FUNCTION(__x64_sys_##name, NOTHING)

/* fork */
SYSTEM_CALL(clone)
FUNCTION(kernel_clone, NOTHING)
FUNCTION(copy_process, NOTHING)
FUNCTION(security_task_alloc, TASK(0))
FUNCTION(sched_post_fork, TASK(0))
FUNCTION(cgroup_post_fork, TASK(0))
FUNCTION(wake_up_new_task, TASK(0))
FUNCTION(schedule_tail, TASK(0))

/* exec */
SYSTEM_CALL(execve)
FUNCTION(getname, USER(0))
FUNCTION(getname_flags, USER(0))
ON_KPROBE(kprobe_do_execveat_common, "do_execveat_common.isra.0", NOTHING)
ON_KRETPROBE(kretprobe_do_execveat_common, "do_execveat_common.isra.0")
FUNCTION(alloc_bprm, NOTHING)
FUNCTION(bprm_execve, BPRM(0))
FUNCTION(do_open_execat, FILENAME(1))
FUNCTION(do_filp_open, FILENAME(1))
FUNCTION(path_openat, NOTHING)
FUNCTION(vfs_open, OPENED(1))
FUNCTION(do_dentry_open, OPENED(0))
FUNCTION(security_file_open, OPENED(0))
FUNCTION(sched_exec, NOTHING)
FUNCTION(security_bprm_creds_for_exec, BPRM(0))
FUNCTION(security_bprm_check, BPRM(0))
FUNCTION(begin_new_exec, BPRM(0))
FUNCTION(security_bprm_creds_from_file, BPRM(0))
FUNCTION(would_dump, BPRM(0))
FUNCTION(exec_mm_release, TASK(0))
FUNCTION(do_close_on_exec, NOTHING)
FUNCTION(__set_task_comm, KERNEL(1))
FUNCTION(security_bprm_committing_creds, BPRM(0))
FUNCTION(security_bprm_committed_creds, BPRM(0))
FUNCTION(setup_new_exec, BPRM(0))
FUNCTION(setup_arg_pages, BPRM(0))
FUNCTION(finalize_exec, BPRM(0))
FUNCTION(proc_exec_connector, TASK(0))
FUNCTION(free_bprm, BPRM(0))
FUNCTION(putname, FILENAME(0))

/* exit and wait */
SYSTEM_CALL(exit_group)
DEAD_END(do_group_exit, NOTHING)
DEAD_END(do_exit, NOTHING)
FUNCTION(exit_signals, TASK(0))
FUNCTION(exit_mm_release, TASK(0))
FUNCTION(exit_files, TASK(0))
FUNCTION(release_task, TASK(0))
SYSTEM_CALL(wait4)
FUNCTION(kernel_wait4, NOTHING)
FUNCTION(do_wait, NOTHING)

/* open and unlink */
SYSTEM_CALL(openat)
FUNCTION(do_sys_openat2, USER(1))
FUNCTION(security_inode_create, DENTRY(1))
FUNCTION(security_path_mknod, DENTRY(1))
SYSTEM_CALL(unlink)
SYSTEM_CALL(unlinkat)
FUNCTION(do_unlinkat, FILENAME(1))
FUNCTION(security_path_unlink, DENTRY(1))
FUNCTION(vfs_unlink, DENTRY(2))
FUNCTION(security_inode_unlink, DENTRY(1))
FUNCTION(simple_unlink, DENTRY(1))

/* The same hooks a second time, under names of their own: for the order among equals. */
SEC("kprobe/begin_new_exec")
int second_kprobe(u64 *regs)
{
	return on_registers(regs, KIND_KPROBE, BPRM(0), "kprobe/begin_new_exec (second)");
}

SEC("fentry/begin_new_exec")
int second_fentry(u64 *ctx)
{
	return on_arguments(ctx, KIND_FENTRY, BPRM(0), "fentry/begin_new_exec (second)");
}

SEC("fexit/begin_new_exec")
int second_fexit(u64 *ctx)
{
	return on_arguments(ctx, KIND_FEXIT, BPRM(0), "fexit/begin_new_exec (second)");
}

SEC("kretprobe/begin_new_exec")
int second_kretprobe(u64 *regs)
{
	return on_registers(regs, KIND_KRETPROBE, NOTHING, "kretprobe/begin_new_exec (second)");
}

/* kprobes inside functions: on, behind and in the middle of the instructions that functions begin with. */
#define AT_OFFSETS(function)                                                                                 \
	ON_KPROBE(kprobe_##function##_1, #function "+0x1", NOTHING)                                          \
	ON_KPROBE(kprobe_##function##_4, #function "+0x4", NOTHING)                                          \
	ON_KPROBE(kprobe_##function##_5, #function "+0x5", NOTHING)                                          \
	ON_KPROBE(kprobe_##function##_9, #function "+0x9", NOTHING)
AT_OFFSETS(begin_new_exec)
AT_OFFSETS(bprm_execve)

/* A program on a trace event sees the record that ftrace would write. */
static __noinline int on_event(u64 *ctx, const char *hook)
{
	struct record *record = is_watched() ? begin(KIND_EVENT) : 0;

	if (!record)
		return 0;
	bpf_probe_read_kernel(record->words, 96, ctx);
	record->count = 12;
	finish(record, hook);
	return 0;
}

#define ON_EVENT_AS(program, event, name)                                                                    \
	SEC("tp/" event)                                                                                     \
	int program(u64 *ctx)                                                                                \
	{                                                                                                    \
		return on_event(ctx, name);                                                                  \
	}

#define ON_EVENT(program, event) ON_EVENT_AS(program, event, "tp/" event)

ON_EVENT(tp_task_newtask, "task/task_newtask")
ON_EVENT(tp_task_rename, "task/task_rename")
ON_EVENT(tp_sched_process_fork, "sched/sched_process_fork")
ON_EVENT(tp_sched_process_exec, "sched/sched_process_exec")
ON_EVENT(tp_sched_process_exit, "sched/sched_process_exit")
ON_EVENT(tp_sched_process_free, "sched/sched_process_free")
ON_EVENT(tp_sched_process_wait, "sched/sched_process_wait")
ON_EVENT(tp_sched_wakeup_new, "sched/sched_wakeup_new")
ON_EVENT(tp_sys_enter_clone, "syscalls/sys_enter_clone")
ON_EVENT(tp_sys_exit_clone, "syscalls/sys_exit_clone")
ON_EVENT(tp_sys_enter_execve, "syscalls/sys_enter_execve")
ON_EVENT(tp_sys_exit_execve, "syscalls/sys_exit_execve")
ON_EVENT(tp_sys_enter_exit_group, "syscalls/sys_enter_exit_group")
ON_EVENT(tp_sys_enter_wait4, "syscalls/sys_enter_wait4")
ON_EVENT(tp_sys_exit_wait4, "syscalls/sys_exit_wait4")
ON_EVENT(tp_sys_enter_openat, "syscalls/sys_enter_openat")
ON_EVENT(tp_sys_exit_openat, "syscalls/sys_exit_openat")
ON_EVENT(tp_sys_enter_unlink, "syscalls/sys_enter_unlink")
ON_EVENT(tp_sys_exit_unlink, "syscalls/sys_exit_unlink")
ON_EVENT(tp_sys_enter_unlinkat, "syscalls/sys_enter_unlinkat")
ON_EVENT(tp_sys_exit_unlinkat, "syscalls/sys_exit_unlinkat")
ON_EVENT_AS(second_tp_sched_process_exec, "sched/sched_process_exec", "tp/sched/sched_process_exec (second)")

/* Raw tracepoints, both spellings: the arguments of the tracepoint as they are. */
static __noinline int on_tracepoint(volatile u64 *ctx, int arguments, int how, const char *hook)
{
	struct record *record = is_watched() ? begin(KIND_RAW) : 0;

	if (!record)
		return 0;
	record->words[0] = ctx[0];
	if (arguments > 1)
		record->words[1] = ctx[1];
	if (arguments > 2)
		record->words[2] = ctx[2];
	record->count = arguments;
	read_text(record, how, record->words[how & 0x3]);
	finish(record, hook);
	return 0;
}

#define TRACEPOINT(event, arguments, how)                                                                    \
	SEC("raw_tp/" #event)                                                                                \
	int raw_tp_##event(u64 *ctx)                                                                         \
	{                                                                                                    \
		return on_tracepoint(ctx, arguments, how, "raw_tp/" #event);                                 \
	}                                                                                                    \
	SEC("tp_btf/" #event)                                                                                \
	int tp_btf_##event(u64 *ctx)                                                                         \
	{                                                                                                    \
		return on_tracepoint(ctx, arguments, how, "tp_btf/" #event);                                 \
	}

TRACEPOINT(task_newtask, 2, TASK(0))
TRACEPOINT(task_rename, 2, KERNEL(1))
TRACEPOINT(sched_process_fork, 2, TASK(1))
TRACEPOINT(sched_process_exec, 3, BPRM(2))
TRACEPOINT(sched_process_exit, 1, TASK(0))
TRACEPOINT(sched_process_free, 1, TASK(0))
TRACEPOINT(sched_process_wait, 1, NOTHING)
TRACEPOINT(sched_wakeup_new, 1, TASK(0))

/* Every system call passes these; only the ones of interest are written down. */
static __always_inline int is_wanted(long number)
{
	return number == 56 || number == 59 || number == 61 || number == 87 || number == 231 || number == 257 ||
	       number == 263;
}

/* sys_enter has the number as its second argument, sys_exit has it in the registers only. */
static __always_inline int wanted_exit(const u64 *ctx)
{
	u64 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), (const u64 *)ctx[0] + ORIG_AX);
	return is_wanted(number);
}

SEC("raw_tp/sys_enter")
int raw_tp_sys_enter(u64 *ctx)
{
	return is_wanted(ctx[1]) ? on_tracepoint(ctx, 2, NOTHING, "raw_tp/sys_enter") : 0;
}

SEC("tp_btf/sys_enter")
int tp_btf_sys_enter(u64 *ctx)
{
	return is_wanted(ctx[1]) ? on_tracepoint(ctx, 2, NOTHING, "tp_btf/sys_enter") : 0;
}

SEC("raw_tp/sys_exit")
int raw_tp_sys_exit(u64 *ctx)
{
	return wanted_exit(ctx) ? on_tracepoint(ctx, 2, NOTHING, "raw_tp/sys_exit") : 0;
}

SEC("tp_btf/sys_exit")
int tp_btf_sys_exit(u64 *ctx)
{
	return wanted_exit(ctx) ? on_tracepoint(ctx, 2, NOTHING, "tp_btf/sys_exit") : 0;
}

#define ON_RAW_SYSCALLS(side)                                                                                \
	SEC("tp/raw_syscalls/sys_" #side)                                                                    \
	int tp_raw_sys_##side(u64 *ctx)                                                                      \
	{                                                                                                    \
		return is_wanted(ctx[1]) ? on_event(ctx, "tp/raw_syscalls/sys_" #side) : 0;                  \
	}

ON_RAW_SYSCALLS(enter)
ON_RAW_SYSCALLS(exit)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
