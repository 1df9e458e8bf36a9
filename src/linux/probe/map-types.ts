import { BtfBuilder } from "../../btf/index.ts"
import { type MapTypeName, type MapTypeRow, mapType } from "../../catalog/index.ts"
import { BTF_LOAD, MAP_CREATE } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { closeFd } from "../ffi/descriptor.ts"
import type { Values } from "../ffi/structure.ts"

const ENOTSUPP = 524
const [NO_PREALLOC, MMAPABLE] = [1 << 0, 1 << 10]
const PAGE = 4096

type Fields = Values<typeof MAP_CREATE>

const PLAIN: Fields = { key_size: 4, value_size: 4, max_entries: 1 }
const KEYLESS: Fields = { value_size: 4, max_entries: 1 }
const RING: Fields = { max_entries: PAGE }
const GROUP_STORAGE: Fields = { key_size: 16, value_size: 8 }
/** A value for each socket, inode, task or group: the key is the type of a descriptor. */
const STORAGE: Fields = { key_size: 4, value_size: 8, map_flags: NO_PREALLOC }
const STORAGES: readonly MapTypeName[] = ["sk_storage", "inode_storage", "task_storage", "cgrp_storage"]
const OF_MAPS: readonly MapTypeName[] = ["array_of_maps", "hash_of_maps"]

/** Sizes that each type takes; `PLAIN` for the others. */
const FIELDS: Partial<Record<MapTypeName, Fields>> = {
  stack_trace: { ...PLAIN, value_size: 8 },
  lpm_trie: { key_size: 8, value_size: 8, max_entries: 1, map_flags: NO_PREALLOC },
  cgroup_storage: GROUP_STORAGE,
  percpu_cgroup_storage: GROUP_STORAGE,
  queue: KEYLESS,
  stack: KEYLESS,
  bloom_filter: KEYLESS,
  sk_storage: STORAGE,
  inode_storage: STORAGE,
  task_storage: STORAGE,
  cgrp_storage: STORAGE,
  // Type 1 of vmlinux is no struct_ops; a kernel that knows such maps says so.
  struct_ops: { ...PLAIN, btf_vmlinux_value_type_id: 1 },
  ringbuf: RING,
  user_ringbuf: RING,
  arena: { max_entries: 1, map_flags: MMAPABLE },
  insn_array: { ...PLAIN, value_size: 16 },
  rhash: { ...PLAIN, map_flags: NO_PREALLOC },
}

/** Whether the kernel, or the hardware of an interface, makes maps of a type. */
export function hasMapType(bpf: Bpf, type: MapTypeRow, device: number | undefined): boolean {
  const name = type.name as MapTypeName
  const fields: Fields = {
    map_type: type.number,
    ...(FIELDS[name] ?? PLAIN),
    ...(device !== undefined && { map_ifindex: device }),
  }
  if (device !== undefined) return creates(bpf, fields)
  if (OF_MAPS.includes(name)) return withInner(bpf, inner => creates(bpf, { ...fields, inner_map_fd: inner }))
  if (STORAGES.includes(name)) return withTypes(bpf, types => creates(bpf, { ...fields, ...types }))
  return name === "struct_ops" ? refusal(bpf, fields) === ENOTSUPP : creates(bpf, fields)
}

function creates(bpf: Bpf, fields: Fields): boolean {
  return refusal(bpf, fields) === undefined
}

/** The errno; undefined when there is a map, which is closed. */
function refusal(bpf: Bpf, fields: Fields): number | undefined {
  const { result } = bpf.try("BPF_MAP_CREATE", MAP_CREATE, fields)
  if (result < 0) return -result
  closeFd(bpf.native, result)
  return undefined
}

function withInner(bpf: Bpf, act: (inner: number) => boolean): boolean {
  const hash = mapType("hash")!.number
  const { result } = bpf.try("BPF_MAP_CREATE", MAP_CREATE, { map_type: hash, ...PLAIN })
  return withDescriptor(bpf, result, act)
}

/** Storage maps want types for key and value. */
function withTypes(bpf: Bpf, act: (types: Fields) => boolean): boolean {
  const builder = new BtfBuilder()
  const integer = { kind: "int", encoding: "signed", bitOffset: 0 } as const
  const key = builder.add({ ...integer, name: "int", size: 4, bits: 32 })
  const value = builder.add({ ...integer, name: "long", size: 8, bits: 64 })
  const btf = builder.build()
  const { result } = bpf.try("BPF_BTF_LOAD", BTF_LOAD, { btf, btf_size: btf.length })
  return withDescriptor(bpf, result, fd =>
    act({ btf_fd: fd, btf_key_type_id: key, btf_value_type_id: value }),
  )
}

function withDescriptor(bpf: Bpf, fd: number, act: (fd: number) => boolean): boolean {
  if (fd < 0) return false
  try {
    return act(fd)
  } finally {
    closeFd(bpf.native, fd)
  }
}
