import type { Structure } from "./structure.ts"

/**
 * What each command of bpf(2) takes: `union bpf_attr` of include/uapi/linux/bpf.h, one structure a command. A field that
 * stands for several by turns has the name of the one in use. The end of the last field that is set is the size that
 * the kernel is told, so newer fields stay unsaid on older kernels.
 */
export const MAP_CREATE = {
  map_type: [0, "u32"],
  key_size: [4, "u32"],
  value_size: [8, "u32"],
  max_entries: [12, "u32"],
  map_flags: [16, "u32"],
  inner_map_fd: [20, "u32"],
  numa_node: [24, "u32"],
  map_name: [28, "text16"],
  map_ifindex: [44, "u32"],
  btf_fd: [48, "u32"],
  btf_key_type_id: [52, "u32"],
  btf_value_type_id: [56, "u32"],
  btf_vmlinux_value_type_id: [60, "u32"],
  map_extra: [64, "u64"],
  value_type_btf_obj_fd: [72, "s32"],
  map_token_fd: [76, "s32"],
} as const satisfies Structure

/** BPF_MAP_LOOKUP_ELEM, …_UPDATE_ELEM, …_DELETE_ELEM, …_LOOKUP_AND_DELETE_ELEM, …_FREEZE. */
export const MAP_ELEMENT = {
  map_fd: [0, "u32"],
  key: [8, "pointer"],
  value: [16, "pointer"],
  flags: [24, "u64"],
} as const satisfies Structure

export const MAP_NEXT_KEY = {
  map_fd: [0, "u32"],
  key: [8, "pointer"],
  next_key: [16, "pointer"],
} as const satisfies Structure

export const MAP_BATCH = {
  in_batch: [0, "pointer"],
  out_batch: [8, "pointer"],
  keys: [16, "pointer"],
  values: [24, "pointer"],
  count: [32, "u32"],
  map_fd: [36, "u32"],
  elem_flags: [40, "u64"],
  flags: [48, "u64"],
} as const satisfies Structure

export const PROG_LOAD = {
  prog_type: [0, "u32"],
  insn_cnt: [4, "u32"],
  insns: [8, "pointer"],
  license: [16, "text"],
  log_level: [24, "u32"],
  log_size: [28, "u32"],
  log_buf: [32, "pointer"],
  kern_version: [40, "u32"],
  prog_flags: [44, "u32"],
  prog_name: [48, "text16"],
  prog_ifindex: [64, "u32"],
  expected_attach_type: [68, "u32"],
  prog_btf_fd: [72, "u32"],
  func_info_rec_size: [76, "u32"],
  func_info: [80, "pointer"],
  func_info_cnt: [88, "u32"],
  line_info_rec_size: [92, "u32"],
  line_info: [96, "pointer"],
  line_info_cnt: [104, "u32"],
  attach_btf_id: [108, "u32"],
  /** A program's, or that of a module's BTF. */
  attach_prog_fd: [112, "u32"],
  core_relo_cnt: [116, "u32"],
  fd_array: [120, "u32s"],
  core_relos: [128, "pointer"],
  core_relo_rec_size: [136, "u32"],
  log_true_size: [140, "u32"],
  prog_token_fd: [144, "s32"],
  fd_array_cnt: [148, "u32"],
} as const satisfies Structure

/** BPF_OBJ_PIN and BPF_OBJ_GET. */
export const OBJECT_PATH = {
  pathname: [0, "text"],
  bpf_fd: [8, "u32"],
  file_flags: [12, "u32"],
  path_fd: [16, "s32"],
} as const satisfies Structure

/** BPF_PROG_ATTACH and BPF_PROG_DETACH. */
export const PROG_ATTACH = {
  /** Or an interface's index. */
  target_fd: [0, "u32"],
  attach_bpf_fd: [4, "u32"],
  attach_type: [8, "u32"],
  attach_flags: [12, "u32"],
  replace_bpf_fd: [16, "u32"],
  relative_fd: [20, "u32"],
  expected_revision: [24, "u64"],
} as const satisfies Structure

export const PROG_TEST_RUN = {
  prog_fd: [0, "u32"],
  retval: [4, "u32"],
  data_size_in: [8, "u32"],
  data_size_out: [12, "u32"],
  data_in: [16, "pointer"],
  data_out: [24, "pointer"],
  repeat: [32, "u32"],
  duration: [36, "u32"],
  ctx_size_in: [40, "u32"],
  ctx_size_out: [44, "u32"],
  ctx_in: [48, "pointer"],
  ctx_out: [56, "pointer"],
  flags: [64, "u32"],
  cpu: [68, "u32"],
  batch_size: [72, "u32"],
} as const satisfies Structure

/** BPF_*_GET_NEXT_ID and BPF_*_GET_FD_BY_ID. */
export const OBJECT_ID = {
  /** Or the id to start behind. */
  id: [0, "u32"],
  next_id: [4, "u32"],
  open_flags: [8, "u32"],
} as const satisfies Structure

export const OBJECT_INFO = {
  bpf_fd: [0, "u32"],
  info_len: [4, "u32"],
  info: [8, "pointer"],
} as const satisfies Structure

export const PROG_QUERY = {
  target_fd: [0, "u32"],
  attach_type: [4, "u32"],
  query_flags: [8, "u32"],
  attach_flags: [12, "u32"],
  prog_ids: [16, "pointer"],
  prog_cnt: [24, "u32"],
  prog_attach_flags: [32, "pointer"],
  link_ids: [40, "pointer"],
  link_attach_flags: [48, "pointer"],
  revision: [56, "u64"],
} as const satisfies Structure

export const RAW_TRACEPOINT_OPEN = {
  name: [0, "text"],
  prog_fd: [8, "u32"],
  cookie: [16, "u64"],
} as const satisfies Structure

export const BTF_LOAD = {
  btf: [0, "pointer"],
  btf_log_buf: [8, "pointer"],
  btf_size: [16, "u32"],
  btf_log_size: [20, "u32"],
  btf_log_level: [24, "u32"],
  btf_log_true_size: [28, "u32"],
  btf_flags: [32, "u32"],
  btf_token_fd: [36, "s32"],
} as const satisfies Structure

export const TASK_FD_QUERY = {
  pid: [0, "u32"],
  fd: [4, "u32"],
  flags: [8, "u32"],
  buf_len: [12, "u32"],
  buf: [16, "pointer"],
  prog_id: [24, "u32"],
  fd_type: [28, "u32"],
  probe_offset: [32, "u64"],
  probe_addr: [40, "u64"],
} as const satisfies Structure

const LINK = {
  /** Or a struct_ops map's. */
  prog_fd: [0, "u32"],
  /** Or an interface's index. */
  target_fd: [4, "u32"],
  attach_type: [8, "u32"],
  flags: [12, "u32"],
} as const satisfies Structure

/** BPF_LINK_CREATE by what the link is. */
export const LINK_CREATE = {
  plain: LINK,
  perfEvent: { ...LINK, bpf_cookie: [16, "u64"] },
  tracing: { ...LINK, target_btf_id: [16, "u32"], cookie: [24, "u64"] },
  iter: { ...LINK, iter_info: [16, "pointer"], iter_info_len: [24, "u32"] },
  kprobeMulti: {
    ...LINK,
    multi_flags: [16, "u32"],
    cnt: [20, "u32"],
    syms: [24, "texts"],
    addrs: [32, "u64s"],
    cookies: [40, "u64s"],
  },
  uprobeMulti: {
    ...LINK,
    path: [16, "text"],
    offsets: [24, "u64s"],
    ref_ctr_offsets: [32, "u64s"],
    cookies: [40, "u64s"],
    cnt: [48, "u32"],
    multi_flags: [52, "u32"],
    pid: [56, "u32"],
  },
  netfilter: {
    ...LINK,
    pf: [16, "u32"],
    hooknum: [20, "u32"],
    priority: [24, "s32"],
    hook_flags: [28, "u32"],
  },
  /** tcx, netkit and, since 6.17, cgroups. */
  ordered: { ...LINK, relative_fd: [16, "u32"], expected_revision: [24, "u64"] },
} as const satisfies Readonly<Record<string, Structure>>

export const LINK_UPDATE = {
  link_fd: [0, "u32"],
  new_prog_fd: [4, "u32"],
  flags: [8, "u32"],
  old_prog_fd: [12, "u32"],
} as const satisfies Structure

export const LINK_DETACH = { link_fd: [0, "u32"] } as const satisfies Structure
export const ENABLE_STATS = { type: [0, "u32"] } as const satisfies Structure
export const ITER_CREATE = { link_fd: [0, "u32"], flags: [4, "u32"] } as const satisfies Structure
export const PROG_BIND_MAP = {
  prog_fd: [0, "u32"],
  map_fd: [4, "u32"],
  flags: [8, "u32"],
} as const satisfies Structure
