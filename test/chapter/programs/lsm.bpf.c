// SPDX-License-Identifier: Apache-2.0
// Two programs with a say on one hook, one on a hook where nobody has a say, and one that says what no hook understands.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

const volatile int watched_pid;
#define EPERM 1
#define EACCES 13

/* An errno, or 0 for no objection, by program. */
int answers[2];
int calls[2];
int committed;

static __always_inline int answer(int program)
{
	if (bpf_get_current_pid_tgid() >> 32 != watched_pid)
		return 0;
	calls[program]++;
	/* The verifier wants to see what comes of it. */
	switch (answers[program]) {
	case EPERM:
		return -EPERM;
	case EACCES:
		return -EACCES;
	default:
		return 0;
	}
}

SEC("lsm/file_open")
int BPF_PROG(one, void *file)
{
	return answer(0);
}

SEC("lsm/file_open")
int BPF_PROG(other, void *file)
{
	return answer(1);
}

/* This hook returns void. */
SEC("lsm/bprm_committed_creds")
int BPF_PROG(no_say, void *bprm)
{
	committed++;
	return -1;
}

SEC("?lsm/file_open")
int BPF_PROG(positive, void *file)
{
	return 1;
}

char LICENSE[] SEC("license") = "GPL";
