/** One map type: `enum bpf_map_type` of include/uapi/linux/bpf.h. */
export interface MapTypeRow {
  /** As libbpf and bpftool print it. */
  readonly name: string
  readonly abi: string
  readonly number: number
  /** The first release that has it; undefined for what is newer than the release list. */
  readonly since: string | undefined
  /** Other names of the same number. */
  readonly aliases: readonly string[]
}

export const MAP_TYPES = [
  { name: "hash", abi: "BPF_MAP_TYPE_HASH", number: 1, since: "3.19", aliases: [] },
  { name: "array", abi: "BPF_MAP_TYPE_ARRAY", number: 2, since: "3.19", aliases: [] },
  { name: "prog_array", abi: "BPF_MAP_TYPE_PROG_ARRAY", number: 3, since: "4.2", aliases: [] },
  { name: "perf_event_array", abi: "BPF_MAP_TYPE_PERF_EVENT_ARRAY", number: 4, since: "4.3", aliases: [] },
  { name: "percpu_hash", abi: "BPF_MAP_TYPE_PERCPU_HASH", number: 5, since: "4.6", aliases: [] },
  { name: "percpu_array", abi: "BPF_MAP_TYPE_PERCPU_ARRAY", number: 6, since: "4.6", aliases: [] },
  { name: "stack_trace", abi: "BPF_MAP_TYPE_STACK_TRACE", number: 7, since: "4.6", aliases: [] },
  { name: "cgroup_array", abi: "BPF_MAP_TYPE_CGROUP_ARRAY", number: 8, since: "4.8", aliases: [] },
  { name: "lru_hash", abi: "BPF_MAP_TYPE_LRU_HASH", number: 9, since: "4.10", aliases: [] },
  { name: "lru_percpu_hash", abi: "BPF_MAP_TYPE_LRU_PERCPU_HASH", number: 10, since: "4.10", aliases: [] },
  { name: "lpm_trie", abi: "BPF_MAP_TYPE_LPM_TRIE", number: 11, since: "4.11", aliases: [] },
  { name: "array_of_maps", abi: "BPF_MAP_TYPE_ARRAY_OF_MAPS", number: 12, since: "4.12", aliases: [] },
  { name: "hash_of_maps", abi: "BPF_MAP_TYPE_HASH_OF_MAPS", number: 13, since: "4.12", aliases: [] },
  { name: "devmap", abi: "BPF_MAP_TYPE_DEVMAP", number: 14, since: "4.14", aliases: [] },
  { name: "sockmap", abi: "BPF_MAP_TYPE_SOCKMAP", number: 15, since: "4.14", aliases: [] },
  { name: "cpumap", abi: "BPF_MAP_TYPE_CPUMAP", number: 16, since: "4.15", aliases: [] },
  { name: "xskmap", abi: "BPF_MAP_TYPE_XSKMAP", number: 17, since: "4.18", aliases: [] },
  { name: "sockhash", abi: "BPF_MAP_TYPE_SOCKHASH", number: 18, since: "4.18", aliases: [] },
  {
    name: "cgroup_storage",
    abi: "BPF_MAP_TYPE_CGROUP_STORAGE_DEPRECATED",
    number: 19,
    since: "4.19",
    aliases: ["BPF_MAP_TYPE_CGROUP_STORAGE"],
  },
  {
    name: "reuseport_sockarray",
    abi: "BPF_MAP_TYPE_REUSEPORT_SOCKARRAY",
    number: 20,
    since: "4.19",
    aliases: [],
  },
  {
    name: "percpu_cgroup_storage",
    abi: "BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE_DEPRECATED",
    number: 21,
    since: "4.20",
    aliases: ["BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE"],
  },
  { name: "queue", abi: "BPF_MAP_TYPE_QUEUE", number: 22, since: "4.20", aliases: [] },
  { name: "stack", abi: "BPF_MAP_TYPE_STACK", number: 23, since: "4.20", aliases: [] },
  { name: "sk_storage", abi: "BPF_MAP_TYPE_SK_STORAGE", number: 24, since: "5.2", aliases: [] },
  { name: "devmap_hash", abi: "BPF_MAP_TYPE_DEVMAP_HASH", number: 25, since: "5.4", aliases: [] },
  { name: "struct_ops", abi: "BPF_MAP_TYPE_STRUCT_OPS", number: 26, since: "5.6", aliases: [] },
  { name: "ringbuf", abi: "BPF_MAP_TYPE_RINGBUF", number: 27, since: "5.8", aliases: [] },
  { name: "inode_storage", abi: "BPF_MAP_TYPE_INODE_STORAGE", number: 28, since: "5.10", aliases: [] },
  { name: "task_storage", abi: "BPF_MAP_TYPE_TASK_STORAGE", number: 29, since: "5.11", aliases: [] },
  { name: "bloom_filter", abi: "BPF_MAP_TYPE_BLOOM_FILTER", number: 30, since: "5.16", aliases: [] },
  { name: "user_ringbuf", abi: "BPF_MAP_TYPE_USER_RINGBUF", number: 31, since: "6.1", aliases: [] },
  { name: "cgrp_storage", abi: "BPF_MAP_TYPE_CGRP_STORAGE", number: 32, since: "6.2", aliases: [] },
  { name: "arena", abi: "BPF_MAP_TYPE_ARENA", number: 33, since: "6.9", aliases: [] },
  { name: "insn_array", abi: "BPF_MAP_TYPE_INSN_ARRAY", number: 34, since: "6.19", aliases: [] },
  { name: "rhash", abi: "BPF_MAP_TYPE_RHASH", number: 35, since: undefined, aliases: [] },
] as const satisfies readonly MapTypeRow[]

export type MapTypeName = (typeof MAP_TYPES)[number]["name"]
