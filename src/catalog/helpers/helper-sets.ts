import type { AttachTypeName } from "../attach-types.ts"
import type { Release } from "../releases.ts"
import type { HelperName } from "./helpers.ts"

type HelperCapability = "CAP_BPF" | "CAP_PERFMON" | "CAP_SYS_ADMIN"

/** Who may call a number of helpers: every condition that is given must hold. */
export interface HelperGrant {
  readonly helpers: readonly HelperName[]
  /** The first release of the grant, where it is later than the helper's own and the program type's. */
  readonly since?: Release
  readonly attachTypes?: readonly AttachTypeName[]
  readonly exceptAttachTypes?: readonly AttachTypeName[]
  /** Kernel functions, or members of a kernel structure ("tcp_congestion_ops.init"), that the program stands on. */
  readonly hooks?: readonly string[]
  readonly exceptHooks?: readonly string[]
  /** The loading process (or its token) must hold it, or all of them. */
  readonly capability?: HelperCapability | readonly HelperCapability[]
  /** The kernel must be built with it. */
  readonly config?: string
}

/** Attach types of cgroup programs after which no system call returns a value that could be set. */
const WITHOUT_RETURN_VALUE = [
  "cgroup_inet_ingress",
  "cgroup_inet_egress",
  "cgroup_sock_ops",
  "cgroup_udp4_recvmsg",
  "cgroup_udp6_recvmsg",
  "cgroup_unix_recvmsg",
  "cgroup_inet4_getpeername",
  "cgroup_inet6_getpeername",
  "cgroup_unix_getpeername",
  "cgroup_inet4_getsockname",
  "cgroup_inet6_getsockname",
  "cgroup_unix_getsockname",
] as const satisfies readonly AttachTypeName[]

/**
 * Helpers that several program types share. Source: the `get_func_proto` functions of the kernel 6.12
 * (kernel/bpf/helpers.c, kernel/bpf/cgroup.c, kernel/trace/bpf_trace.c, net/core/filter.c); what 6.1 answers
 * differently has its release from the kernel's history.
 */
export const HELPER_SETS = {
  /** Nearly every program type has these. */
  base: [
    {
      helpers: [
        "bpf_map_lookup_elem",
        "bpf_map_update_elem",
        "bpf_map_delete_elem",
        "bpf_map_push_elem",
        "bpf_map_pop_elem",
        "bpf_map_peek_elem",
        "bpf_map_lookup_percpu_elem",
        "bpf_get_prandom_u32",
        "bpf_get_smp_processor_id",
        "bpf_get_numa_node_id",
        "bpf_tail_call",
        "bpf_ktime_get_ns",
        "bpf_ktime_get_boot_ns",
        "bpf_ktime_get_tai_ns",
        "bpf_ringbuf_output",
        "bpf_ringbuf_reserve",
        "bpf_ringbuf_submit",
        "bpf_ringbuf_discard",
        "bpf_ringbuf_query",
        "bpf_strncmp",
        "bpf_strtol",
        "bpf_strtoul",
      ],
    },
    { since: "6.10", helpers: ["bpf_get_current_pid_tgid", "bpf_get_ns_current_pid_tgid"] },
    {
      capability: "CAP_BPF",
      helpers: [
        "bpf_spin_lock",
        "bpf_spin_unlock",
        "bpf_jiffies64",
        "bpf_per_cpu_ptr",
        "bpf_this_cpu_ptr",
        "bpf_timer_init",
        "bpf_timer_set_callback",
        "bpf_timer_start",
        "bpf_timer_cancel",
        "bpf_kptr_xchg",
        "bpf_for_each_map_elem",
        "bpf_loop",
        "bpf_user_ringbuf_drain",
        "bpf_ringbuf_reserve_dynptr",
        "bpf_ringbuf_submit_dynptr",
        "bpf_ringbuf_discard_dynptr",
        "bpf_dynptr_from_mem",
        "bpf_dynptr_read",
        "bpf_dynptr_write",
        "bpf_dynptr_data",
      ],
    },
    {
      capability: "CAP_BPF",
      config: "CONFIG_CGROUPS",
      helpers: ["bpf_cgrp_storage_get", "bpf_cgrp_storage_delete"],
    },
    {
      capability: "CAP_BPF",
      config: "CONFIG_CGROUPS",
      since: "6.4",
      helpers: ["bpf_get_current_cgroup_id", "bpf_get_current_ancestor_cgroup_id"],
    },
    {
      capability: ["CAP_BPF", "CAP_PERFMON"],
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
  ],
  /** Views of sockets, for programs that meet them. */
  sockets: [
    {
      capability: "CAP_PERFMON",
      helpers: [
        "bpf_skc_to_tcp6_sock",
        "bpf_skc_to_tcp_sock",
        "bpf_skc_to_tcp_timewait_sock",
        "bpf_skc_to_tcp_request_sock",
        "bpf_skc_to_udp6_sock",
        "bpf_skc_to_unix_sock",
        "bpf_skc_to_mptcp_sock",
      ],
    },
    { helpers: ["bpf_ktime_get_coarse_ns"] },
  ],
  /** Sockets by their addresses. */
  socketLookup: [
    {
      config: "CONFIG_INET",
      helpers: ["bpf_sk_lookup_tcp", "bpf_sk_lookup_udp", "bpf_skc_lookup_tcp", "bpf_sk_release"],
    },
  ],
  socketStorage: [{ helpers: ["bpf_sk_storage_get", "bpf_sk_storage_delete"] }],
  /** What a program on a cgroup has. */
  cgroup: [
    { helpers: ["bpf_get_local_storage"] },
    { exceptAttachTypes: WITHOUT_RETURN_VALUE, helpers: ["bpf_get_retval", "bpf_set_retval"] },
  ],
  /** What a program on a cgroup has besides, where it runs in the process that caused it. */
  cgroupCurrent: [
    { helpers: ["bpf_get_current_uid_gid", "bpf_get_current_cgroup_id"] },
    {
      since: "6.1",
      helpers: ["bpf_get_current_comm", "bpf_get_current_pid_tgid", "bpf_get_current_ancestor_cgroup_id"],
    },
    { since: "6.1", config: "CONFIG_CGROUP_NET_CLASSID", helpers: ["bpf_get_cgroup_classid"] },
    { since: "6.12", helpers: ["bpf_current_task_under_cgroup"] },
  ],
  /** Reading of packets in a socket buffer. */
  packetRead: [
    {
      helpers: [
        "bpf_skb_load_bytes",
        "bpf_skb_load_bytes_relative",
        "bpf_get_socket_cookie",
        "bpf_get_socket_uid",
        "bpf_perf_event_output",
      ],
    },
  ],
  /** What traffic control programs have. */
  trafficControl: [
    {
      helpers: [
        "bpf_skb_store_bytes",
        "bpf_skb_load_bytes",
        "bpf_skb_load_bytes_relative",
        "bpf_skb_pull_data",
        "bpf_csum_diff",
        "bpf_csum_update",
        "bpf_csum_level",
        "bpf_l3_csum_replace",
        "bpf_l4_csum_replace",
        "bpf_clone_redirect",
        "bpf_get_cgroup_classid",
        "bpf_skb_vlan_push",
        "bpf_skb_vlan_pop",
        "bpf_skb_change_proto",
        "bpf_skb_change_type",
        "bpf_skb_adjust_room",
        "bpf_skb_change_tail",
        "bpf_skb_get_tunnel_key",
        "bpf_skb_set_tunnel_key",
        "bpf_skb_get_tunnel_opt",
        "bpf_skb_set_tunnel_opt",
        "bpf_redirect",
        "bpf_redirect_neigh",
        "bpf_redirect_peer",
        "bpf_get_route_realm",
        "bpf_get_hash_recalc",
        "bpf_set_hash_invalid",
        "bpf_set_hash",
        "bpf_perf_event_output",
        "bpf_skb_under_cgroup",
        "bpf_get_socket_cookie",
        "bpf_get_socket_uid",
        "bpf_fib_lookup",
        "bpf_check_mtu",
        "bpf_sk_fullsock",
      ],
    },
    { since: "5.8", helpers: ["bpf_skb_change_head"] },
    { since: "6.13", helpers: ["bpf_get_netns_cookie"] },
    { config: "CONFIG_XFRM", helpers: ["bpf_skb_get_xfrm_state"] },
    { config: "CONFIG_CGROUP_NET_CLASSID", helpers: ["bpf_skb_cgroup_classid"] },
    { config: "CONFIG_SOCK_CGROUP_DATA", helpers: ["bpf_skb_cgroup_id", "bpf_skb_ancestor_cgroup_id"] },
    {
      config: "CONFIG_INET",
      helpers: [
        "bpf_tcp_sock",
        "bpf_get_listener_sock",
        "bpf_skb_ecn_set_ce",
        "bpf_sk_assign",
        "bpf_skb_set_tstamp",
      ],
    },
  ],
  synCookies: [
    { config: "CONFIG_INET", helpers: ["bpf_tcp_check_syncookie", "bpf_tcp_gen_syncookie"] },
    {
      config: "CONFIG_SYN_COOKIES",
      helpers: [
        "bpf_tcp_raw_gen_syncookie_ipv4",
        "bpf_tcp_raw_gen_syncookie_ipv6",
        "bpf_tcp_raw_check_syncookie_ipv4",
        "bpf_tcp_raw_check_syncookie_ipv6",
      ],
    },
  ],
  /** What programs of lightweight tunnels have. */
  tunnel: [
    {
      helpers: [
        "bpf_skb_load_bytes",
        "bpf_skb_pull_data",
        "bpf_csum_diff",
        "bpf_get_cgroup_classid",
        "bpf_get_route_realm",
        "bpf_get_hash_recalc",
        "bpf_perf_event_output",
        "bpf_skb_under_cgroup",
      ],
    },
  ],
  /** What probes, trace events and the like have. */
  tracing: [
    {
      helpers: [
        "bpf_get_current_pid_tgid",
        "bpf_get_ns_current_pid_tgid",
        "bpf_get_current_uid_gid",
        "bpf_get_current_comm",
        "bpf_perf_event_read",
        "bpf_perf_event_read_value",
        "bpf_perf_event_output",
        "bpf_get_stackid",
        "bpf_get_stack",
        "bpf_get_task_stack",
        "bpf_send_signal",
        "bpf_send_signal_thread",
        "bpf_copy_from_user",
        "bpf_copy_from_user_task",
        "bpf_task_storage_get",
        "bpf_task_storage_delete",
        "bpf_get_func_ip",
        "bpf_get_branch_snapshot",
        "bpf_find_vma",
      ],
    },
    {
      config: "CONFIG_ARCH_HAS_NON_OVERLAPPING_ADDRESS_SPACE",
      helpers: ["bpf_probe_read", "bpf_probe_read_str"],
    },
    {
      config: "CONFIG_CGROUPS",
      helpers: [
        "bpf_current_task_under_cgroup",
        "bpf_get_current_cgroup_id",
        "bpf_get_current_ancestor_cgroup_id",
      ],
    },
    { capability: "CAP_SYS_ADMIN", helpers: ["bpf_probe_write_user"] },
  ],
  /** What programs with arguments typed by BTF have besides. */
  typedTracing: [
    {
      helpers: [
        "bpf_skb_output",
        "bpf_xdp_output",
        "bpf_sock_from_file",
        "bpf_get_socket_cookie",
        "bpf_xdp_get_buff_len",
        "bpf_d_path",
        "bpf_skc_to_tcp6_sock",
        "bpf_skc_to_tcp_sock",
        "bpf_skc_to_tcp_timewait_sock",
        "bpf_skc_to_tcp_request_sock",
        "bpf_skc_to_udp6_sock",
        "bpf_skc_to_unix_sock",
        "bpf_skc_to_mptcp_sock",
      ],
    },
    { since: "5.11", helpers: ["bpf_sk_storage_get", "bpf_sk_storage_delete"] },
    {
      attachTypes: ["trace_iter"],
      helpers: ["bpf_seq_printf", "bpf_seq_write", "bpf_seq_printf_btf"],
    },
    {
      attachTypes: ["trace_fentry", "trace_fexit", "modify_return", "lsm_mac"],
      helpers: ["bpf_get_func_arg", "bpf_get_func_ret", "bpf_get_func_arg_cnt"],
    },
    {
      since: "5.19",
      attachTypes: ["trace_fentry", "trace_fexit", "modify_return", "lsm_mac"],
      helpers: ["bpf_get_attach_cookie"],
    },
  ],
} as const satisfies Record<string, readonly HelperGrant[]>

export type HelperSetName = keyof typeof HELPER_SETS
