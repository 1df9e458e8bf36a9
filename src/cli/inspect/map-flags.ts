/** Bits of `map_flags` (`enum` of BPF_F_* for BPF_MAP_CREATE in include/uapi/linux/bpf.h), in lower case. */
const MAP_FLAGS = [
  "no_prealloc",
  "no_common_lru",
  "numa_node",
  "rdonly",
  "wronly",
  "stack_build_id",
  "zero_seed",
  "rdonly_prog",
  "wronly_prog",
  "clone",
  "mmapable",
  "preserve_elems",
  "inner_map",
  "link",
  "path_fd",
  "vtype_btf_obj_fd",
  "token_fd",
  "segv_on_fault",
  "no_user_conv",
] as const

/** The names of the bits that are set; an unknown bit as "0x80000000". */
export function mapFlagNames(flags: number): string[] {
  const names: string[] = []
  for (let bit = 0; bit < 32; bit++) {
    if (((flags >>> bit) & 1) === 0) continue
    names.push(MAP_FLAGS[bit] ?? `0x${((1 << bit) >>> 0).toString(16)}`)
  }
  return names
}
