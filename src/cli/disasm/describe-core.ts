import { BtfError } from "../../base/index.ts"
import type { Btf, CoreRelocation, TypeId } from "../../btf/index.ts"

/** What a CO-RE record asks for in C words: `struct task_struct.mm.exe_file`, `enum color.RED`, `struct pid`. */
export function describeCore(btf: Btf | undefined, { kind, type, access }: CoreRelocation): string {
  if (btf === undefined) return `[${type}] ${access}`
  try {
    const indexes = access.split(":").map(Number)
    if (kind.startsWith("type_")) return btf.nameOf(type)
    if (kind.startsWith("enumval_")) return `${btf.nameOf(type)}.${enumerator(btf, type, indexes[0]!)}`
    return btf.nameOf(type) + memberPath(btf, type, indexes)
  } catch (error) {
    if (error instanceof BtfError) return `[${type}] ${access}`
    throw error
  }
}

function enumerator(btf: Btf, id: TypeId, index: number): string {
  const type = btf.type(btf.resolve(id))
  const value = type.kind === "enum" || type.kind === "enum64" ? type.values[index] : undefined
  return value?.name ?? `[${index}]`
}

/** The first index is an element of an imagined array of `root`; the others walk members and elements. */
function memberPath(btf: Btf, root: TypeId, [first, ...rest]: readonly number[]): string {
  let path = first === 0 ? "" : `[${first}]`
  let id = btf.resolve(root)
  for (const index of rest) {
    const type = btf.type(id)
    if (type.kind === "array") {
      path += `[${index}]`
      id = btf.resolve(type.element)
      continue
    }
    const member = type.kind === "struct" || type.kind === "union" ? type.members[index] : undefined
    if (member === undefined) return `${path}:${index}`
    if (member.name !== "") path += `.${member.name}`
    id = btf.resolve(member.type)
  }
  return path
}
