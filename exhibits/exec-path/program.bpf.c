// SPDX-License-Identifier: Apache-2.0
// A program on every hook of execve(2), by which a child of the watched process becomes another program.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "../path/path.h"

#define NR_EXECVE 59

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct task_struct {
	int tgid;
	struct task_struct *real_parent;
};
#pragma clang attribute pop

static __always_inline int is_child(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return watched_pid && BPF_CORE_READ(task, real_parent, tgid) == watched_pid;
}

BEGIN(execve, NR_EXECVE, is_child())
PROBED(getname)
PROBED(alloc_bprm)
PROBED(do_open_execat)
PROBED(do_filp_open)
PROBED(security_file_open)
ASKED(file_open)
PROBED(copy_string_kernel)
PROBED(bprm_execve)
TRACED(bprm_execve)
PROBED(prepare_exec_creds)
PROBED(security_prepare_creds)
ASKED(cred_prepare)
PROBED(sched_exec)
PROBED(security_bprm_creds_for_exec)
ASKED(bprm_creds_for_exec)
PROBED(kernel_read)
ASKED(file_permission)
PROBED(security_bprm_check)
ASKED(bprm_check_security)
PROBED(begin_new_exec)
TRACED(begin_new_exec)
PROBED(security_bprm_creds_from_file)
ASKED(bprm_creds_from_file)
STEP("tp_btf/sched_prepare_exec", tp_btf_sched_prepare_exec, 0)
PROBED(do_close_on_exec)
PROBED(would_dump)
PROBED(exec_mm_release)
PROBED(__set_task_comm)
STEP("tp_btf/task_rename", tp_btf_task_rename, 0)
STEP("raw_tp/task_rename", raw_tp_task_rename, 0)
STEP("tp/task/task_rename", tp_task_rename, 0)
PROBED(security_bprm_committing_creds)
ASKED(bprm_committing_creds)
PROBED(commit_creds)
PROBED(security_bprm_committed_creds)
ASKED(bprm_committed_creds)
PROBED(setup_new_exec)
PROBED(setup_arg_pages)
PROBED(finalize_exec)
STEP("tp_btf/sched_process_exec", tp_btf_sched_process_exec, 0)
STEP("raw_tp/sched_process_exec", raw_tp_sched_process_exec, 0)
STEP("tp/sched/sched_process_exec", tp_sched_process_exec, 0)
PROBED(free_bprm)
PROBED(putname)
END(execve)
