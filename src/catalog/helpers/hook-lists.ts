import type { Release } from "../releases.ts"

/** Kernel functions that a rule about helpers names, with the releases in which it does. */
export interface HookRow {
  readonly hook: string
  readonly since?: Release
  /** The first release without it. */
  readonly until?: Release
}

/**
 * LSM hooks at which a sleepable program may stand: those that run where the kernel may wait. Source:
 * `sleepable_lsm_hooks` of kernel/bpf/bpf_lsm.c, as Debian's 6.1 and 6.12 answer; where the release between
 * them is not known, the row names 6.12.
 */
export const SLEEPABLE_LSM_HOOKS = [
  { hook: "bpf" },
  { hook: "bpf_map" },
  { hook: "bpf_map_alloc_security", until: "6.9" },
  { hook: "bpf_map_create", since: "6.9" },
  { hook: "bpf_map_free", since: "6.9" },
  { hook: "bpf_map_free_security", until: "6.9" },
  { hook: "bpf_prog" },
  { hook: "bpf_prog_load", since: "6.9" },
  { hook: "bpf_token_capable", since: "6.9" },
  { hook: "bpf_token_cmd", since: "6.9" },
  { hook: "bpf_token_create", since: "6.9" },
  { hook: "bpf_token_free", since: "6.9" },
  { hook: "bprm_check_security" },
  { hook: "bprm_committed_creds" },
  { hook: "bprm_committing_creds" },
  { hook: "bprm_creds_for_exec" },
  { hook: "bprm_creds_from_file" },
  { hook: "capget" },
  { hook: "capset" },
  { hook: "cred_prepare" },
  { hook: "current_getsecid_subj" },
  { hook: "file_ioctl" },
  { hook: "file_lock" },
  { hook: "file_open" },
  { hook: "file_post_open", since: "6.9" },
  { hook: "file_receive" },
  { hook: "inet_conn_established", until: "6.12" },
  { hook: "inode_create" },
  { hook: "inode_free_security" },
  { hook: "inode_getattr" },
  { hook: "inode_getxattr" },
  { hook: "inode_mknod" },
  { hook: "inode_post_setxattr" },
  { hook: "inode_readlink" },
  { hook: "inode_rename" },
  { hook: "inode_rmdir" },
  { hook: "inode_setattr" },
  { hook: "inode_setxattr" },
  { hook: "inode_symlink" },
  { hook: "inode_unlink" },
  { hook: "kernel_module_request" },
  { hook: "kernel_read_file" },
  { hook: "kernfs_init_security" },
  { hook: "key_free", until: "6.12" },
  { hook: "mmap_file" },
  { hook: "netlink_send" },
  { hook: "path_chmod", since: "6.12" },
  { hook: "path_chown", since: "6.12" },
  { hook: "path_link", since: "6.12" },
  { hook: "path_mkdir", since: "6.12" },
  { hook: "path_notify" },
  { hook: "path_rename", since: "6.12" },
  { hook: "path_rmdir", since: "6.12" },
  { hook: "path_symlink", since: "6.12" },
  { hook: "path_truncate", since: "6.12" },
  { hook: "path_unlink", since: "6.12" },
  { hook: "release_secctx" },
  { hook: "sb_alloc_security" },
  { hook: "sb_eat_lsm_opts" },
  { hook: "sb_kern_mount" },
  { hook: "sb_mount" },
  { hook: "sb_remount" },
  { hook: "sb_set_mnt_opts" },
  { hook: "sb_show_options" },
  { hook: "sb_statfs" },
  { hook: "sb_umount" },
  { hook: "settime" },
  { hook: "socket_accept" },
  { hook: "socket_bind" },
  { hook: "socket_connect" },
  { hook: "socket_create" },
  { hook: "socket_getpeername" },
  { hook: "socket_getpeersec_dgram" },
  { hook: "socket_getsockname" },
  { hook: "socket_getsockopt" },
  { hook: "socket_listen" },
  { hook: "socket_post_create" },
  { hook: "socket_recvmsg" },
  { hook: "socket_sendmsg" },
  { hook: "socket_shutdown" },
  { hook: "socket_socketpair" },
  { hook: "syslog" },
  { hook: "task_alloc" },
  { hook: "task_getsecid_obj" },
  { hook: "task_prctl" },
  { hook: "task_setscheduler" },
  { hook: "userns_create" },
] as const satisfies readonly HookRow[]

/** LSM hooks of lsm_cgroup programs at which the socket is locked, or not yet in use: its options may be changed. */
export const SOCKOPT_LSM_HOOKS = [
  "inet_conn_established",
  "inet_csk_clone",
  "sock_graft",
  "socket_post_create",
  "socket_socketpair",
] as const

/** Kernel functions from which the path of a file may be printed. Source: `btf_allowlist_d_path` of kernel/trace/bpf_trace.c. */
export const PATH_FUNCTIONS = [
  "dentry_open",
  "filp_close",
  "security_file_open",
  "security_file_permission",
  "security_inode_getattr",
  "security_path_truncate",
  "vfs_fallocate",
  "vfs_getattr",
  "vfs_truncate",
] as const
