import type { AttachTypeName } from "../attach-types.ts"
import type { ProgramTypeName } from "../program-types.ts"
import type { HelperGrant, HelperSetName } from "./helper-sets.ts"
import type { HelperName } from "./helpers.ts"
import { SOCKOPT_LSM_HOOKS } from "./hook-lists.ts"

/** Which helpers one program type may call: those of its sets and its own grants, but not those of `without`. */
export interface ProgramHelpersRow {
  readonly programType: ProgramTypeName
  /** For struct_ops: the kernel structure that the row is about; one without it is about every other structure. */
  readonly struct?: string
  readonly sets: readonly HelperSetName[]
  readonly grants: readonly HelperGrant[]
  readonly without?: readonly HelperName[]
}

/** Attach types of cgroup_sock_addr at which options of the socket may be changed: all but the names of Unix sockets. */
const SOCKET_ADDRESS_OPTIONS = [
  "cgroup_inet4_bind",
  "cgroup_inet6_bind",
  "cgroup_inet4_connect",
  "cgroup_inet6_connect",
  "cgroup_unix_connect",
  "cgroup_udp4_recvmsg",
  "cgroup_udp6_recvmsg",
  "cgroup_unix_recvmsg",
  "cgroup_udp4_sendmsg",
  "cgroup_udp6_sendmsg",
  "cgroup_unix_sendmsg",
  "cgroup_inet4_getpeername",
  "cgroup_inet6_getpeername",
  "cgroup_inet4_getsockname",
  "cgroup_inet6_getsockname",
] as const satisfies readonly AttachTypeName[]

/**
 * Source: the `get_func_proto` functions of the kernel 6.12; checked against what 6.1 and 6.12 answer. A grant without
 * a release holds as long as helper and program type have been there, which no kernel before 6.1 was asked.
 */
export const PROGRAM_HELPERS = [
  {
    programType: "socket_filter",
    sets: ["base", "sockets", "packetRead"],
    grants: [{ since: "6.15", helpers: ["bpf_get_netns_cookie"] }],
  },
  {
    programType: "kprobe",
    sets: ["base", "tracing"],
    grants: [
      { helpers: ["bpf_get_attach_cookie"] },
      { config: "CONFIG_BPF_KPROBE_OVERRIDE", helpers: ["bpf_override_return"] },
    ],
  },
  { programType: "tracepoint", sets: ["base", "tracing"], grants: [{ helpers: ["bpf_get_attach_cookie"] }] },
  {
    programType: "perf_event",
    sets: ["base", "tracing"],
    grants: [{ helpers: ["bpf_get_attach_cookie", "bpf_perf_prog_read_value", "bpf_read_branch_records"] }],
  },
  {
    programType: "raw_tracepoint",
    sets: ["base", "tracing"],
    grants: [{ since: "6.10", helpers: ["bpf_get_attach_cookie"] }],
  },
  {
    programType: "raw_tracepoint_writable",
    sets: ["base", "tracing"],
    grants: [{ since: "6.10", helpers: ["bpf_get_attach_cookie"] }],
  },
  {
    programType: "tracing",
    sets: ["base", "tracing", "typedTracing"],
    grants: [
      { since: "6.10", attachTypes: ["trace_raw_tp"], helpers: ["bpf_get_attach_cookie"] },
      {
        since: "5.15",
        attachTypes: ["trace_iter"],
        hooks: ["tcp"],
        helpers: ["bpf_setsockopt", "bpf_getsockopt"],
      },
      {
        since: "5.18",
        attachTypes: ["trace_iter"],
        hooks: ["unix"],
        helpers: ["bpf_setsockopt", "bpf_getsockopt"],
      },
    ],
  },
  {
    programType: "lsm",
    sets: ["base", "tracing", "typedTracing"],
    grants: [
      {
        helpers: [
          "bpf_inode_storage_get",
          "bpf_inode_storage_delete",
          "bpf_bprm_opts_set",
          "bpf_ima_inode_hash",
          "bpf_ima_file_hash",
        ],
      },
      { attachTypes: ["lsm_cgroup"], helpers: ["bpf_get_local_storage", "bpf_get_retval", "bpf_set_retval"] },
      {
        since: "6.0",
        attachTypes: ["lsm_cgroup"],
        hooks: SOCKOPT_LSM_HOOKS,
        helpers: ["bpf_setsockopt", "bpf_getsockopt"],
      },
    ],
  },
  {
    programType: "syscall",
    sets: ["base", "tracing", "typedTracing"],
    grants: [
      { capability: "CAP_PERFMON", helpers: ["bpf_sys_bpf"] },
      // As tracing programs have them, which need CAP_PERFMON to be loaded at all.
      {
        helpers: [
          "bpf_trace_printk",
          "bpf_trace_vprintk",
          "bpf_get_current_task",
          "bpf_get_current_task_btf",
          "bpf_task_pt_regs",
          "bpf_probe_read_user",
          "bpf_probe_read_kernel",
          "bpf_probe_read_user_str",
          "bpf_probe_read_kernel_str",
          "bpf_snprintf",
          "bpf_snprintf_btf",
        ],
      },
      { helpers: ["bpf_btf_find_by_name_kind", "bpf_sys_close", "bpf_kallsyms_lookup_name"] },
    ],
  },
  {
    programType: "sched_cls",
    sets: ["base", "sockets", "socketLookup", "socketStorage", "trafficControl", "synCookies"],
    grants: [],
  },
  {
    programType: "sched_act",
    sets: ["base", "sockets", "socketLookup", "socketStorage", "trafficControl", "synCookies"],
    grants: [],
  },
  {
    programType: "xdp",
    sets: ["base", "sockets", "socketLookup", "synCookies"],
    grants: [
      {
        helpers: [
          "bpf_perf_event_output",
          "bpf_csum_diff",
          "bpf_xdp_adjust_head",
          "bpf_xdp_adjust_meta",
          "bpf_xdp_adjust_tail",
          "bpf_xdp_get_buff_len",
          "bpf_xdp_load_bytes",
          "bpf_xdp_store_bytes",
          "bpf_redirect",
          "bpf_redirect_map",
          "bpf_fib_lookup",
          "bpf_check_mtu",
        ],
      },
    ],
  },
  {
    programType: "lwt_in",
    sets: ["base", "sockets", "tunnel"],
    grants: [{ helpers: ["bpf_lwt_push_encap"] }],
  },
  { programType: "lwt_out", sets: ["base", "sockets", "tunnel"], grants: [] },
  {
    programType: "lwt_xmit",
    sets: ["base", "sockets", "tunnel"],
    grants: [
      {
        helpers: [
          "bpf_skb_get_tunnel_key",
          "bpf_skb_set_tunnel_key",
          "bpf_skb_get_tunnel_opt",
          "bpf_skb_set_tunnel_opt",
          "bpf_redirect",
          "bpf_clone_redirect",
          "bpf_skb_change_tail",
          "bpf_skb_change_head",
          "bpf_skb_store_bytes",
          "bpf_csum_update",
          "bpf_csum_level",
          "bpf_l3_csum_replace",
          "bpf_l4_csum_replace",
          "bpf_set_hash_invalid",
          "bpf_lwt_push_encap",
        ],
      },
    ],
  },
  {
    programType: "lwt_seg6local",
    sets: ["base", "sockets", "tunnel"],
    without: ["bpf_skb_pull_data"],
    grants: [
      {
        config: "CONFIG_IPV6_SEG6_BPF",
        helpers: ["bpf_lwt_seg6_store_bytes", "bpf_lwt_seg6_action", "bpf_lwt_seg6_adjust_srh"],
      },
    ],
  },
  {
    programType: "sk_skb",
    sets: ["base", "sockets", "socketLookup"],
    grants: [
      {
        helpers: [
          "bpf_skb_store_bytes",
          "bpf_skb_load_bytes",
          "bpf_skb_pull_data",
          "bpf_skb_change_tail",
          "bpf_skb_change_head",
          "bpf_skb_adjust_room",
          "bpf_get_socket_cookie",
          "bpf_get_socket_uid",
          "bpf_sk_redirect_map",
          "bpf_sk_redirect_hash",
          "bpf_perf_event_output",
        ],
      },
    ],
  },
  {
    programType: "sk_msg",
    sets: ["base", "sockets", "socketStorage"],
    grants: [
      {
        helpers: [
          "bpf_msg_redirect_map",
          "bpf_msg_redirect_hash",
          "bpf_msg_apply_bytes",
          "bpf_msg_cork_bytes",
          "bpf_msg_pull_data",
          "bpf_msg_push_data",
          "bpf_msg_pop_data",
          "bpf_perf_event_output",
          "bpf_get_current_uid_gid",
          "bpf_get_current_pid_tgid",
          "bpf_get_netns_cookie",
        ],
      },
      {
        config: "CONFIG_CGROUPS",
        helpers: ["bpf_get_current_cgroup_id", "bpf_get_current_ancestor_cgroup_id"],
      },
      { config: "CONFIG_CGROUP_NET_CLASSID", helpers: ["bpf_get_cgroup_classid"] },
    ],
  },
  {
    programType: "sk_lookup",
    sets: ["base", "sockets"],
    grants: [{ helpers: ["bpf_perf_event_output", "bpf_sk_assign", "bpf_sk_release"] }],
  },
  {
    programType: "sk_reuseport",
    sets: ["base"],
    grants: [
      {
        helpers: [
          "bpf_sk_select_reuseport",
          "bpf_skb_load_bytes",
          "bpf_skb_load_bytes_relative",
          "bpf_get_socket_cookie",
          "bpf_ktime_get_coarse_ns",
        ],
      },
    ],
  },
  { programType: "flow_dissector", sets: ["base", "sockets"], grants: [{ helpers: ["bpf_skb_load_bytes"] }] },
  { programType: "netfilter", sets: ["base"], grants: [] },
  {
    programType: "cgroup_skb",
    sets: ["base", "sockets", "socketLookup", "socketStorage", "packetRead", "cgroup"],
    grants: [
      { helpers: ["bpf_sk_fullsock"] },
      { since: "6.15", helpers: ["bpf_get_netns_cookie"] },
      {
        config: "CONFIG_SOCK_CGROUP_DATA",
        helpers: [
          "bpf_skb_cgroup_id",
          "bpf_skb_ancestor_cgroup_id",
          "bpf_sk_cgroup_id",
          "bpf_sk_ancestor_cgroup_id",
        ],
      },
      { config: "CONFIG_INET", helpers: ["bpf_tcp_sock", "bpf_get_listener_sock", "bpf_skb_ecn_set_ce"] },
    ],
  },
  {
    programType: "cgroup_sock",
    sets: ["base", "cgroup", "cgroupCurrent"],
    grants: [
      { since: "5.7", config: "CONFIG_CGROUP_NET_CLASSID", helpers: ["bpf_get_cgroup_classid"] },
      {
        helpers: [
          "bpf_get_current_pid_tgid",
          "bpf_get_current_ancestor_cgroup_id",
          "bpf_get_current_comm",
          "bpf_get_socket_cookie",
          "bpf_get_netns_cookie",
          "bpf_perf_event_output",
          "bpf_sk_storage_get",
          "bpf_ktime_get_coarse_ns",
        ],
      },
    ],
  },
  {
    programType: "cgroup_sock_addr",
    sets: ["base", "sockets", "socketLookup", "socketStorage", "cgroup", "cgroupCurrent"],
    grants: [
      { since: "5.7", config: "CONFIG_CGROUP_NET_CLASSID", helpers: ["bpf_get_cgroup_classid"] },
      {
        helpers: [
          "bpf_get_current_pid_tgid",
          "bpf_get_current_ancestor_cgroup_id",
          "bpf_get_current_comm",
          "bpf_get_socket_cookie",
          "bpf_get_netns_cookie",
          "bpf_perf_event_output",
        ],
      },
      { attachTypes: ["cgroup_inet4_connect", "cgroup_inet6_connect"], helpers: ["bpf_bind"] },
      { since: "5.8", attachTypes: SOCKET_ADDRESS_OPTIONS, helpers: ["bpf_setsockopt", "bpf_getsockopt"] },
    ],
  },
  {
    programType: "sock_ops",
    sets: ["base", "sockets", "socketStorage", "cgroup"],
    grants: [
      {
        helpers: [
          "bpf_setsockopt",
          "bpf_getsockopt",
          "bpf_sock_ops_cb_flags_set",
          "bpf_sock_map_update",
          "bpf_sock_hash_update",
          "bpf_get_socket_cookie",
          "bpf_get_netns_cookie",
          "bpf_perf_event_output",
        ],
      },
      {
        config: "CONFIG_INET",
        helpers: ["bpf_load_hdr_opt", "bpf_store_hdr_opt", "bpf_reserve_hdr_opt", "bpf_tcp_sock"],
      },
    ],
  },
  {
    programType: "cgroup_device",
    sets: ["base", "cgroup", "cgroupCurrent"],
    grants: [{ helpers: ["bpf_perf_event_output"] }],
  },
  {
    programType: "cgroup_sysctl",
    sets: ["base", "cgroup", "cgroupCurrent"],
    grants: [
      {
        helpers: [
          "bpf_sysctl_get_name",
          "bpf_sysctl_get_current_value",
          "bpf_sysctl_get_new_value",
          "bpf_sysctl_set_new_value",
          "bpf_ktime_get_coarse_ns",
          "bpf_perf_event_output",
        ],
      },
    ],
  },
  {
    programType: "cgroup_sockopt",
    sets: ["base", "socketStorage", "cgroup", "cgroupCurrent"],
    grants: [
      { helpers: ["bpf_get_netns_cookie", "bpf_perf_event_output"] },
      { since: "5.15", attachTypes: ["cgroup_setsockopt"], helpers: ["bpf_setsockopt", "bpf_getsockopt"] },
      { config: "CONFIG_INET", helpers: ["bpf_tcp_sock"] },
    ],
  },
  {
    programType: "lirc_mode2",
    sets: [],
    grants: [
      {
        helpers: [
          "bpf_rc_repeat",
          "bpf_rc_keydown",
          "bpf_rc_pointer_rel",
          "bpf_map_lookup_elem",
          "bpf_map_update_elem",
          "bpf_map_delete_elem",
          "bpf_map_push_elem",
          "bpf_map_pop_elem",
          "bpf_map_peek_elem",
          "bpf_ktime_get_ns",
          "bpf_ktime_get_boot_ns",
          "bpf_tail_call",
          "bpf_get_prandom_u32",
        ],
      },
      { capability: "CAP_PERFMON", helpers: ["bpf_trace_printk"] },
    ],
  },
  {
    programType: "struct_ops",
    struct: "tcp_congestion_ops",
    sets: ["base", "socketStorage"],
    grants: [
      { helpers: ["bpf_tcp_send_ack", "bpf_ktime_get_coarse_ns"] },
      {
        since: "6.0",
        exceptHooks: ["tcp_congestion_ops.release"],
        helpers: ["bpf_setsockopt", "bpf_getsockopt"],
      },
    ],
  },
  { programType: "struct_ops", struct: "bpf_dummy_ops", sets: [], grants: [] },
  {
    programType: "struct_ops",
    struct: "sched_ext_ops",
    sets: ["base"],
    grants: [{ helpers: ["bpf_task_storage_get", "bpf_task_storage_delete"] }],
  },
  { programType: "struct_ops", sets: ["base"], grants: [] },
] as const satisfies readonly ProgramHelpersRow[]
