/* SPDX-License-Identifier: Apache-2.0 */
/* A program on every hook of one call of the system: while the call is under way, each notes its own section. */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct step {
	char section[40];
};

/* Keeps the type in the object's BTF, so that readers can decode the records. */
const struct step *step_type __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} trail SEC(".maps");

/* The process whose next call is followed: 0 until everything is attached. */
__u32 watched_pid;

/* The thread that is in the call, 0 for none. */
__u32 thread;

static __always_inline void record(const struct step *step)
{
	bpf_ringbuf_output(&trail, (void *)step, sizeof(*step), 0);
}

static __always_inline void note(const struct step *step)
{
	if (thread && (__u32)bpf_get_current_pid_tgid() == thread)
		record(step);
}

/* A program that notes its section and answers `answer`. */
#define STEP(section, name, answer)                                                                            \
	SEC(section) int name(void *ctx)                                                                       \
	{                                                                                                      \
		static const struct step step = { section };                                                   \
		note(&step);                                                                                   \
		return answer;                                                                                 \
	}

/* On the beginning and on the end of a kernel function: by kprobes, or by trampolines. */
#define PROBED(function)                                                                                       \
	STEP("kprobe/" #function, kprobe_##function, 0)                                                        \
	STEP("kretprobe/" #function, kretprobe_##function, 0)

#define TRACED(function)                                                                                       \
	STEP("fentry/" #function, fentry_##function, 0)                                                        \
	STEP("fexit/" #function, fexit_##function, 0)

/* Where the kernel asks its security modules. */
#define ASKED(hook) STEP("lsm/" #hook, lsm_##hook, 0)

struct raw_arguments {
	__u64 args[2];
};

/* Begins at the system call's entry: ctx->args[1] is its number. */
#define BEGIN(call, number, is_watched)                                                                        \
	SEC("raw_tp/sys_enter") int raw_sys_enter(struct raw_arguments *ctx)                                   \
	{                                                                                                      \
		static const struct step step = { "raw_tp/sys_enter" };                                        \
		if (ctx->args[1] == (number) && (is_watched))                                                  \
			thread = bpf_get_current_pid_tgid();                                                   \
		note(&step);                                                                                   \
		return 0;                                                                                      \
	}                                                                                                      \
	STEP("tp/syscalls/sys_enter_" #call, sys_enter_##call, 0)                                              \
	STEP("ksyscall/" #call, ksyscall_##call, 0)

/* Ends at its exit, with the last program there; the next call is not followed. */
#define END(call)                                                                                              \
	STEP("kretsyscall/" #call, kretsyscall_##call, 0)                                                      \
	STEP("raw_tp/sys_exit", raw_sys_exit, 0)                                                               \
	SEC("tp/syscalls/sys_exit_" #call) int sys_exit_##call(void *ctx)                                      \
	{                                                                                                      \
		static const struct step step = { "tp/syscalls/sys_exit_" #call };                             \
		note(&step);                                                                                   \
		if ((__u32)bpf_get_current_pid_tgid() == thread)                                               \
			watched_pid = thread = 0;                                                              \
		return 0;                                                                                      \
	}

/* The watched process itself. */
#define BY_WATCHED (watched_pid && (__u32)(bpf_get_current_pid_tgid() >> 32) == watched_pid)

char LICENSE[] SEC("license") = "GPL";
