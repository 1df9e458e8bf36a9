import { type Btf, BtfBuilder, readBtf, type TypeId } from "../../btf/index.ts"

/** The types of a program that keeps objects of its own: an item in a list and a tree, and what map values hold. */
export interface ObjectTypes {
  readonly btf: Btf
  /** `struct item { bpf_list_node link; bpf_rb_node node; bpf_refcount count; u64 key; }`. */
  readonly item: TypeId
  /** `struct holder { bpf_spin_lock lock; bpf_list_head list; bpf_rb_root tree; item __kptr *item; task_struct __kptr *task; }`. */
  readonly holder: TypeId
}

export const ITEM = { link: 0, node: 24, count: 56, key: 64 } as const
export const HOLDER = { lock: 0, list: 8, tree: 24, item: 40, task: 48, size: 56 } as const

export function objectTypes(): ObjectTypes {
  const builder = new BtfBuilder()
  const number = (size: number) =>
    builder.add({ kind: "int", name: `u${size * 8}`, size, encoding: "", bits: size * 8, bitOffset: 0 })
  const word = number(4)
  const wide = number(8)
  const opaque = (name: string, size: number, type: TypeId) => {
    const members = [{ name: "opaque", type, bitOffset: 0, bitSize: 0 }]
    return builder.add({ kind: "struct", name, size, members })
  }
  const lock = opaque("bpf_spin_lock", 4, word)
  const head = opaque("bpf_list_head", 16, wide)
  const link = opaque("bpf_list_node", 24, wide)
  const root = opaque("bpf_rb_root", 16, wide)
  const node = opaque("bpf_rb_node", 32, wide)
  const count = opaque("bpf_refcount", 4, word)
  const member = (name: string, type: TypeId, offset: number) => ({
    name,
    type,
    bitOffset: offset * 8,
    bitSize: 0,
  })
  const item = builder.add({
    kind: "struct",
    name: "item",
    size: 72,
    members: [
      member("link", link, ITEM.link),
      member("node", node, ITEM.node),
      member("count", count, ITEM.count),
      member("key", wide, ITEM.key),
    ],
  })
  const task = opaque("task_struct", 8, wide)
  const owned = (type: TypeId) =>
    builder.add({ kind: "ptr", name: "", type: builder.add({ kind: "type_tag", name: "kptr", type }) })
  const holder = builder.add({
    kind: "struct",
    name: "holder",
    size: HOLDER.size,
    members: [
      member("lock", lock, HOLDER.lock),
      member("list", head, HOLDER.list),
      member("tree", root, HOLDER.tree),
      member("item", owned(item), HOLDER.item),
      member("task", owned(task), HOLDER.task),
    ],
  })
  builder.add({ kind: "decl_tag", name: "contains:item:link", type: holder, component: 1 })
  builder.add({ kind: "decl_tag", name: "contains:item:node", type: holder, component: 2 })
  return { btf: readBtf(builder.build(), { label: "test" }), item, holder }
}
