import { expect, test } from "vitest"
import { helper } from "../../catalog/index.ts"
import { EMBEDDED_HELPERS } from "./index.ts"

/** What kprobe, tracepoint, raw tracepoint, tracing, perf event and LSM programs may call on 6.12 (bpftool feature probe). */
const MODELLED = [
  ...["bpf_map_lookup_elem", "bpf_map_update_elem", "bpf_map_delete_elem", "bpf_map_lookup_percpu_elem"],
  ...["bpf_for_each_map_elem", "bpf_loop", "bpf_tail_call"],
  ...["bpf_map_push_elem", "bpf_map_pop_elem", "bpf_map_peek_elem", "bpf_user_ringbuf_drain"],
  ...["bpf_task_storage_get", "bpf_task_storage_delete"],
  ...["bpf_dynptr_from_mem", "bpf_dynptr_read", "bpf_dynptr_write", "bpf_dynptr_data"],
  ...["bpf_ringbuf_reserve_dynptr", "bpf_ringbuf_submit_dynptr", "bpf_ringbuf_discard_dynptr"],
  ...["bpf_probe_read", "bpf_probe_read_str", "bpf_probe_read_user", "bpf_probe_read_kernel"],
  ...["bpf_probe_read_user_str", "bpf_probe_read_kernel_str", "bpf_probe_write_user", "bpf_copy_from_user"],
  ...["bpf_ktime_get_ns", "bpf_ktime_get_boot_ns", "bpf_ktime_get_tai_ns", "bpf_jiffies64"],
  ...["bpf_trace_printk", "bpf_trace_vprintk", "bpf_snprintf", "bpf_strtol", "bpf_strtoul", "bpf_strncmp"],
  ...["bpf_get_prandom_u32", "bpf_get_smp_processor_id", "bpf_get_numa_node_id"],
  ...["bpf_get_current_pid_tgid", "bpf_get_current_uid_gid", "bpf_get_current_comm"],
  ...["bpf_get_current_task", "bpf_get_current_task_btf", "bpf_task_pt_regs"],
  ...["bpf_perf_event_output", "bpf_ringbuf_output", "bpf_ringbuf_reserve", "bpf_ringbuf_submit"],
  ...["bpf_ringbuf_discard", "bpf_ringbuf_query"],
  ...["bpf_spin_lock", "bpf_spin_unlock", "bpf_kptr_xchg"],
  ...["bpf_timer_init", "bpf_timer_set_callback", "bpf_timer_start", "bpf_timer_cancel"],
  ...["bpf_per_cpu_ptr", "bpf_this_cpu_ptr"],
  ...["bpf_get_ns_current_pid_tgid", "bpf_copy_from_user_task"],
  "bpf_snprintf_btf",
  ...["bpf_get_current_cgroup_id", "bpf_get_current_ancestor_cgroup_id"],
  ...["bpf_cgrp_storage_get", "bpf_cgrp_storage_delete", "bpf_current_task_under_cgroup"],
  ...["bpf_send_signal", "bpf_send_signal_thread", "bpf_find_vma"],
  ...["bpf_perf_event_read", "bpf_perf_event_read_value", "bpf_get_branch_snapshot"],
  ...["bpf_dynptr_from_mem", "bpf_dynptr_read", "bpf_dynptr_write", "bpf_dynptr_data"],
  ...["bpf_ringbuf_reserve_dynptr", "bpf_ringbuf_submit_dynptr", "bpf_ringbuf_discard_dynptr"],
  ...["bpf_inode_storage_get", "bpf_inode_storage_delete", "bpf_d_path", "bpf_sock_from_file"],
  ...["bpf_bprm_opts_set", "bpf_ima_inode_hash", "bpf_ima_file_hash"],
  ...["bpf_get_task_stack", "bpf_read_branch_records"],
  ...["bpf_get_stackid", "bpf_get_stack", "bpf_perf_prog_read_value"],
  ...["bpf_get_func_ip", "bpf_get_attach_cookie"],
  ...["bpf_get_func_arg", "bpf_get_func_ret", "bpf_get_func_arg_cnt"],
]

test.each(MODELLED)("%s is modelled", name => {
  expect(helper(name)?.name).toBe(name)
  expect(EMBEDDED_HELPERS[name]).toBeTypeOf("function")
})
