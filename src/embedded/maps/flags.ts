/** Flags of bpf(2) and map helpers for one element. */
export const BPF_ANY = 0n
export const BPF_NOEXIST = 1n
export const BPF_EXIST = 2n
/** Takes the lock in the value while it is copied. */
export const BPF_F_LOCK = 4n

/** Creation flags (include/uapi/linux/bpf.h). */
export const MAP_FLAG = {
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
  SEGV_ON_FAULT: 1 << 17,
  NO_USER_CONV: 1 << 18,
} as const

export type MapFlag = keyof typeof MAP_FLAG

/** The flags that say who may read and write. */
export const ACCESS: readonly MapFlag[] = ["RDONLY", "WRONLY", "RDONLY_PROG", "WRONLY_PROG"]

export function hasFlag(flags: number, flag: MapFlag): boolean {
  return (flags & MAP_FLAG[flag]) !== 0
}
