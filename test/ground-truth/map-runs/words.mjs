// The words that the tables are written in: UAPI numbers of map types and flags.

export const TYPE = {
  HASH: 1,
  ARRAY: 2,
  PROG_ARRAY: 3,
  PERF_EVENT_ARRAY: 4,
  PERCPU_HASH: 5,
  PERCPU_ARRAY: 6,
  STACK_TRACE: 7,
  CGROUP_ARRAY: 8,
  LRU_HASH: 9,
  LRU_PERCPU_HASH: 10,
  LPM_TRIE: 11,
  ARRAY_OF_MAPS: 12,
  HASH_OF_MAPS: 13,
  DEVMAP: 14,
  SOCKMAP: 15,
  CPUMAP: 16,
  XSKMAP: 17,
  SOCKHASH: 18,
  CGROUP_STORAGE: 19,
  REUSEPORT_SOCKARRAY: 20,
  PERCPU_CGROUP_STORAGE: 21,
  QUEUE: 22,
  STACK: 23,
  SK_STORAGE: 24,
  DEVMAP_HASH: 25,
  STRUCT_OPS: 26,
  RINGBUF: 27,
  INODE_STORAGE: 28,
  TASK_STORAGE: 29,
  BLOOM_FILTER: 30,
  USER_RINGBUF: 31,
  CGRP_STORAGE: 32,
  ARENA: 33,
}

/** BPF_F_*: creation flags. */
export const FLAG = {
  NO_PREALLOC: 1 << 0,
  NO_COMMON_LRU: 1 << 1,
  NUMA_NODE: 1 << 2,
  RDONLY: 1 << 3,
  WRONLY: 1 << 4,
  STACK_BUILD_ID: 1 << 5,
  ZERO_SEED: 1 << 6,
  RDONLY_PROG: 1 << 7,
  WRONLY_PROG: 1 << 8,
  CLONE: 1 << 9,
  MMAPABLE: 1 << 10,
  PRESERVE_ELEMS: 1 << 11,
  INNER_MAP: 1 << 12,
  LINK: 1 << 13,
  PATH_FD: 1 << 14,
  VTYPE_OBJ_FD: 1 << 15,
  TOKEN_FD: 1 << 16,
  SEGV_ON_FAULT: 1 << 17,
  NO_USER_CONV: 1 << 18,
}

/** Ids in the BTF object that map-operations.c loads. */
export const BTF = { INT: 1, U32: 2, U64: 3, LOCKED: 5, TRIE_KEY: 6, CGROUP_KEY: 7, SHORT: 8, NONE: 99 }

/** `create` with one of everything that can be wrong: each flag alone, and sizes of nothing, of one, of too much. */
export function creations(type, key, value, entries, flags = 0, options = "") {
  const create = (...numbers) => `create ${type} ${numbers.join(" ")} ${options}`.trim()
  return [
    create(key, value, entries, flags),
    ...Object.values(FLAG).map(flag => create(key, value, entries, flags | flag)),
    create(key, value, entries, flags | FLAG.RDONLY | FLAG.WRONLY),
    create(key, value, entries, flags | FLAG.RDONLY_PROG | FLAG.WRONLY_PROG),
    create(key, value, entries, flags | (1 << 25)),
    ...[0, 1, 3, 4, 5, 8, 16, 512, 513, 1 << 23].map(size => create(size, value, entries, flags)),
    ...[0, 1, 4, 7, 8, 16, 128, 1016, 1024, 32768, 32769, 1 << 23].map(size =>
      create(key, size, entries, flags),
    ),
    ...[0, 1, 3, 4096].map(number => create(key, value, number, flags)),
    `${create(key, value, entries, flags)} extra=1`,
    `${create(key, value, entries, flags | FLAG.NUMA_NODE)} numa=7`,
    `${create(key, value, entries, flags)} numa=1`,
    `${create(key, value, entries, flags)} device=1`,
  ]
}

/** `create` with what BTF may say of key and value. */
export function typings(type, key, value, entries, flags = 0, rest = "") {
  const create = (...options) =>
    `create ${type} ${key} ${value} ${entries} ${flags} ${options.join(" ")} ${rest}`.trim()
  const [keys, values] = [
    [0, BTF.INT, BTF.U32, BTF.U64, BTF.TRIE_KEY, BTF.CGROUP_KEY, BTF.SHORT, BTF.NONE],
    [0, BTF.INT, BTF.U64, BTF.LOCKED, BTF.NONE],
  ]
  return [
    ...keys.flatMap(key => values.map(value => create(`key=${key}`, `value=${value}`))),
    create(`key=${BTF.INT}`, `value=${BTF.U64}`, "btf=900"),
    create("vmlinux=1"),
    create(`key=${BTF.INT}`, `value=${BTF.U64}`, "vmlinux=1"),
  ]
}

/** Every command on a map as it is made, with keys and values of any kind. */
export function everyCommand(key, value) {
  return [
    "info",
    `lookup ${key}`,
    `lookup ${key} 4`,
    `lookup ${key} 1`,
    "lookup null",
    `delete ${key}`,
    "delete null",
    "first",
    `next ${key}`,
    `take ${key}`,
    `take ${key} 4`,
    `take ${key} 1`,
    "take null",
    ...[0, 1, 2, 3, 4, 8].map(flags => `update ${key} ${value} ${flags}`),
    `update null ${value} 0`,
    `update ${key} null 0`,
    "walk",
    ...["batch-lookup", "batch-take"].flatMap(verb => [
      `${verb} 0`,
      `${verb} 8`,
      `${verb} 8 start 4`,
      `${verb} 8 start 1`,
    ]),
    `batch-update 0 ${key}=${value}`,
    `batch-update 4 ${key}=${value}`,
    `batch-update 1 ${key}=${value}`,
    `batch-delete 0 ${key}`,
    `batch-delete 4 ${key}`,
    `batch-delete 1 ${key}`,
    "batch-update 0",
    "batch-delete 0",
    "freeze",
    "freeze",
    `lookup ${key}`,
    `update ${key} ${value} 0`,
    `delete ${key}`,
    `batch-update 0 ${key}=${value}`,
    "batch-lookup 8",
    "batch-take 8",
  ]
}
