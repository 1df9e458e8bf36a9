/** Kfuncs on lists and trees, which are called while the lock that guards them is held. */
const LIST = new Set([
  "bpf_list_push_front_impl",
  "bpf_list_push_back_impl",
  "bpf_list_pop_front",
  "bpf_list_pop_back",
])
const TREE = new Set(["bpf_rbtree_add_impl", "bpf_rbtree_remove", "bpf_rbtree_first"])

/** Those that take an object over into a list or tree. */
export const INSERTS: ReadonlySet<string> = new Set([
  "bpf_list_push_front_impl",
  "bpf_list_push_back_impl",
  "bpf_rbtree_add_impl",
])

export function isListKfunc(name: string): boolean {
  return LIST.has(name)
}

export function isTreeKfunc(name: string): boolean {
  return TREE.has(name)
}

/** Whether a kfunc may be called while a lock is held. */
export function worksUnderLock(name: string): boolean {
  return LIST.has(name) || TREE.has(name) || name === "bpf_refcount_acquire_impl"
}
