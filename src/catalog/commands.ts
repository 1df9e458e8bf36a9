/** One command of bpf(2): `enum bpf_cmd` of include/uapi/linux/bpf.h. */
export interface CommandRow {
  readonly abi: string
  readonly number: number
  /** The first release that has it; undefined for what is newer than the release list. */
  readonly since: string | undefined
}

export const COMMANDS = [
  { abi: "BPF_MAP_CREATE", number: 0, since: "3.18" },
  { abi: "BPF_MAP_LOOKUP_ELEM", number: 1, since: "3.18" },
  { abi: "BPF_MAP_UPDATE_ELEM", number: 2, since: "3.18" },
  { abi: "BPF_MAP_DELETE_ELEM", number: 3, since: "3.18" },
  { abi: "BPF_MAP_GET_NEXT_KEY", number: 4, since: "3.18" },
  { abi: "BPF_PROG_LOAD", number: 5, since: "3.18" },
  { abi: "BPF_OBJ_PIN", number: 6, since: "4.4" },
  { abi: "BPF_OBJ_GET", number: 7, since: "4.4" },
  { abi: "BPF_PROG_ATTACH", number: 8, since: "4.10" },
  { abi: "BPF_PROG_DETACH", number: 9, since: "4.10" },
  { abi: "BPF_PROG_TEST_RUN", number: 10, since: "4.12" },
  { abi: "BPF_PROG_GET_NEXT_ID", number: 11, since: "4.13" },
  { abi: "BPF_MAP_GET_NEXT_ID", number: 12, since: "4.13" },
  { abi: "BPF_PROG_GET_FD_BY_ID", number: 13, since: "4.13" },
  { abi: "BPF_MAP_GET_FD_BY_ID", number: 14, since: "4.13" },
  { abi: "BPF_OBJ_GET_INFO_BY_FD", number: 15, since: "4.13" },
  { abi: "BPF_PROG_QUERY", number: 16, since: "4.15" },
  { abi: "BPF_RAW_TRACEPOINT_OPEN", number: 17, since: "4.17" },
  { abi: "BPF_BTF_LOAD", number: 18, since: "4.18" },
  { abi: "BPF_BTF_GET_FD_BY_ID", number: 19, since: "4.18" },
  { abi: "BPF_TASK_FD_QUERY", number: 20, since: "4.18" },
  { abi: "BPF_MAP_LOOKUP_AND_DELETE_ELEM", number: 21, since: "4.20" },
  { abi: "BPF_MAP_FREEZE", number: 22, since: "5.2" },
  { abi: "BPF_BTF_GET_NEXT_ID", number: 23, since: "5.4" },
  { abi: "BPF_MAP_LOOKUP_BATCH", number: 24, since: "5.6" },
  { abi: "BPF_MAP_LOOKUP_AND_DELETE_BATCH", number: 25, since: "5.6" },
  { abi: "BPF_MAP_UPDATE_BATCH", number: 26, since: "5.6" },
  { abi: "BPF_MAP_DELETE_BATCH", number: 27, since: "5.6" },
  { abi: "BPF_LINK_CREATE", number: 28, since: "5.7" },
  { abi: "BPF_LINK_UPDATE", number: 29, since: "5.7" },
  { abi: "BPF_LINK_GET_FD_BY_ID", number: 30, since: "5.8" },
  { abi: "BPF_LINK_GET_NEXT_ID", number: 31, since: "5.8" },
  { abi: "BPF_ENABLE_STATS", number: 32, since: "5.8" },
  { abi: "BPF_ITER_CREATE", number: 33, since: "5.8" },
  { abi: "BPF_LINK_DETACH", number: 34, since: "5.9" },
  { abi: "BPF_PROG_BIND_MAP", number: 35, since: "5.10" },
  { abi: "BPF_TOKEN_CREATE", number: 36, since: "6.9" },
  { abi: "BPF_PROG_STREAM_READ_BY_FD", number: 37, since: undefined },
  { abi: "BPF_PROG_ASSOC_STRUCT_OPS", number: 38, since: undefined },
  { abi: "BPF_COMMON_ATTRS", number: 65536, since: undefined },
] as const satisfies readonly CommandRow[]
