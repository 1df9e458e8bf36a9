import type { PrototypeRow } from "../prototype-kinds.ts"

/** Helpers of cgroups and sysctls. Source: the kernel 6.12's `struct bpf_func_proto` tables. */
export const CGROUP_PROTOTYPES = [
  {
    name: "bpf_current_task_under_cgroup",
    summary: "tells whether the current task belongs to a cgroup of a cgroup array",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "index", c: "u32", kind: "anything" },
    ],
    returns: { c: "long", kind: "integer" },
  },
  {
    name: "bpf_get_current_cgroup_id",
    summary: "gives the id of the current task's cgroup",
    arguments: [],
    returns: { c: "u64", kind: "integer" },
  },
  {
    name: "bpf_sysctl_get_name",
    summary: "copies the name of the sysctl that is accessed",
    arguments: [
      { name: "ctx", c: "struct bpf_sysctl *", kind: "context" },
      { name: "buf", c: "char *", kind: "memory", access: "readWrite" },
      { name: "buf_len", c: "size_t", kind: "size" },
      { name: "flags", c: "u64", kind: "anything" },
    ],
    returns: { c: "long", kind: "integer" },
  },
  {
    name: "bpf_sysctl_get_current_value",
    summary: "copies the value that a sysctl has now",
    arguments: [
      { name: "ctx", c: "struct bpf_sysctl *", kind: "context" },
      { name: "buf", c: "char *", kind: "memory", access: "uninit" },
      { name: "buf_len", c: "size_t", kind: "size" },
    ],
    returns: { c: "long", kind: "integer" },
  },
  {
    name: "bpf_sysctl_get_new_value",
    summary: "copies the value that is being written to a sysctl",
    arguments: [
      { name: "ctx", c: "struct bpf_sysctl *", kind: "context" },
      { name: "buf", c: "char *", kind: "memory", access: "uninit" },
      { name: "buf_len", c: "size_t", kind: "size" },
    ],
    returns: { c: "long", kind: "integer" },
  },
  {
    name: "bpf_sysctl_set_new_value",
    summary: "replaces the value that is being written to a sysctl",
    arguments: [
      { name: "ctx", c: "struct bpf_sysctl *", kind: "context" },
      { name: "buf", c: "const char *", kind: "memory", access: "read" },
      { name: "buf_len", c: "size_t", kind: "size" },
    ],
    returns: { c: "long", kind: "integer" },
  },
  {
    name: "bpf_get_current_ancestor_cgroup_id",
    summary: "gives the id of an ancestor of the current task's cgroup",
    arguments: [{ name: "ancestor_level", c: "int", kind: "anything" }],
    returns: { c: "u64", kind: "integer" },
  },
  {
    name: "bpf_get_retval",
    summary: "reads the value that the system call is going to return",
    arguments: [],
    returns: { c: "int", kind: "integer" },
  },
  {
    name: "bpf_set_retval",
    summary: "sets the value that the system call is going to return",
    arguments: [{ name: "retval", c: "int", kind: "anything" }],
    returns: { c: "int", kind: "integer" },
  },
] as const satisfies readonly PrototypeRow[]
