import type { BtfKind } from "./types.ts"

/** Kind numbers of `struct btf_type.info` (include/uapi/linux/btf.h, unchanged since enum64 came with 6.0). */
export const KIND = {
  int: 1,
  ptr: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  fwd: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  func: 12,
  func_proto: 13,
  var: 14,
  datasec: 15,
  float: 16,
  decl_tag: 17,
  type_tag: 18,
  enum64: 19,
} as const satisfies Record<BtfKind, number>

/** Kind names by number; 0 is no kind. */
export const KIND_NAMES: readonly (BtfKind | undefined)[] = kindNames()

export const LAST_KIND = 19

/** The header's magic number and version, and the size of its known part in bytes. */
export const BTF_MAGIC = 0xeb9f
export const BTF_VERSION = 1
export const BTF_HEADER_SIZE = 24

/** `BTF_INT_SIGNED`, `BTF_INT_CHAR`, `BTF_INT_BOOL`: at most one may be set. */
export const INT_SIGNED = 1
export const INT_CHAR = 2
export const INT_BOOL = 4

/** Words (4 bytes) of the common part of every type: name offset, info, size or type. */
export const TYPE_WORDS = 3

/** Words that follow the common part: fixed ones, and those for each of `vlen` entries. */
export const TRAILER: readonly { readonly fixed: number; readonly each: number }[] = trailers()

export const VLEN_MASK = 0xffff
export const KIND_FLAG = 0x80000000

function kindNames(): (BtfKind | undefined)[] {
  const names: (BtfKind | undefined)[] = [undefined]
  for (const [name, number] of Object.entries(KIND)) names[number] = name as BtfKind
  return names
}

function trailers(): { fixed: number; each: number }[] {
  const fixed: Partial<Record<BtfKind, number>> = { int: 1, array: 3, var: 1, decl_tag: 1 }
  const each: Partial<Record<BtfKind, number>> = {
    struct: 3,
    union: 3,
    enum: 2,
    enum64: 3,
    func_proto: 2,
    datasec: 3,
  }
  return KIND_NAMES.map(name =>
    name === undefined ? { fixed: 0, each: 0 } : { fixed: fixed[name] ?? 0, each: each[name] ?? 0 },
  )
}
