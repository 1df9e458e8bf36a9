/**
 * Fields of kernel structures that may be trusted as much as the structure is: they live as long as it does. From
 * the kernel's lists of safe types (6.12).
 */
const TRUSTED: Readonly<Record<string, readonly string[]>> = {
  bpf_iter_meta: ["seq"],
  bpf_iter__task: ["meta", "task"],
  linux_binprm: ["file"],
  file: ["f_inode"],
  dentry: ["d_inode"],
}

const TRUSTED_OR_NULL: Readonly<Record<string, readonly string[]>> = {
  socket: ["sk"],
}

/** Valid as long as an RCU section lasts. */
const RCU: Readonly<Record<string, readonly string[]>> = {
  task_struct: ["cpus_ptr", "cgroups", "real_parent", "group_leader"],
  cgroup: ["kn"],
  css_set: ["dfl_cgrp"],
}

const RCU_OR_NULL: Readonly<Record<string, readonly string[]>> = {
  mm_struct: ["exe_file"],
  sk_buff: ["sk"],
  request_sock: ["sk"],
}

export type FieldTrust = "trusted" | "trustedOrNull" | "rcu" | "rcuOrNull" | "none"

export function fieldTrust(struct: string, field: string): FieldTrust {
  if (TRUSTED[struct]?.includes(field)) return "trusted"
  if (TRUSTED_OR_NULL[struct]?.includes(field)) return "trustedOrNull"
  if (RCU[struct]?.includes(field)) return "rcu"
  return RCU_OR_NULL[struct]?.includes(field) ? "rcuOrNull" : "none"
}
