import { UsageError } from "../base/index.ts"
import type { Btf, TypeId } from "../btf/index.ts"

/** A perf record's data is padded so that it ends, with its 4-byte length, on 8 bytes: a reader sees up to 7 bytes more. */
const PERF_PADDING = 7

/**
 * The struct that a record of `size` bytes holds. Without `name`: the structs that global pointer variables of the
 * object point to (the usual way to keep an event type in BTF), then any struct; the only one of fitting size is it.
 * Undefined when nothing or more than one thing fits: the record stays bytes.
 */
export function eventType(btf: Btf, size: number, name?: string): TypeId | undefined {
  if (name !== undefined) {
    const id = btf.find(name.replace(/^struct /, ""), "struct", "union", "typedef")
    if (id === undefined) throw new UsageError(`the object's BTF has no struct ${name}`)
    return id
  }
  const fits = (id: TypeId): boolean => {
    const own = btf.sizeOf(id)
    return own <= size && size - own <= PERF_PADDING
  }
  const named = announcedStructs(btf).filter(fits)
  if (named.length === 1) return named[0]
  const any = allStructs(btf).filter(fits)
  return named.length === 0 && any.length === 1 ? any[0] : undefined
}

function announcedStructs(btf: Btf): TypeId[] {
  const found = new Set<TypeId>()
  for (const id of btf.ids()) {
    const variable = btf.type(id)
    if (variable.kind !== "var") continue
    const pointer = btf.type(btf.resolve(variable.type))
    if (pointer.kind !== "ptr" || btf.isVoid(pointer.type)) continue
    const target = btf.resolve(pointer.type)
    if (!btf.isVoid(target) && btf.type(target).kind === "struct") found.add(target)
  }
  return [...found]
}

function allStructs(btf: Btf): TypeId[] {
  const found: TypeId[] = []
  for (const id of btf.ids()) {
    const type = btf.type(id)
    if (type.kind === "struct" && type.name !== "" && type.size > 0) found.push(id)
  }
  return found
}
