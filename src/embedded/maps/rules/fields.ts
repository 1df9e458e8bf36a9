import { type Btf, type TypeId, VOID } from "../../../btf/index.ts"
import type { MapTypes } from "../map-storage.ts"

/** A struct that means something to the kernel when it stands in a value. */
export type FieldName = "bpf_spin_lock" | "bpf_timer" | "bpf_wq" | "bpf_list_head" | "bpf_rb_root"

const FIELDS: readonly string[] = ["bpf_spin_lock", "bpf_timer", "bpf_wq", "bpf_list_head", "bpf_rb_root"]

/** A field's place in the value. */
export interface Field {
  readonly name: FieldName
  readonly offset: number
  readonly size: number
}

const known = new WeakMap<MapTypes, readonly Field[]>()

/** Fields with a meaning in the struct that values are, by BTF. */
export function fieldsOf(types: MapTypes | undefined): readonly Field[] {
  if (!types) return []
  const fields = known.get(types) ?? findFields(types)
  known.set(types, fields)
  return fields
}

function findFields(types: MapTypes): readonly Field[] {
  if (!types.btf || types.value === VOID || !isType(types.btf, types.value)) return []
  const { btf, value } = types
  return (btf.typeOf(btf.resolve(value), "struct")?.members ?? []).flatMap(({ type, bitOffset }) => {
    const member = btf.resolve(type)
    const name = btf.typeOf(member, "struct")?.name ?? ""
    if (!FIELDS.includes(name)) return []
    return [{ name: name as FieldName, offset: bitOffset / 8, size: btf.sizeOf(member) }]
  })
}

/** True when BTF shows a bpf_spin_lock in the values. */
export function lockIn(types: MapTypes | undefined): boolean {
  return fieldsOf(types).some(field => field.name === "bpf_spin_lock")
}

/** Ids come from outside and may be of nothing. */
export function isType(btf: Btf, id: TypeId): boolean {
  return id > 0 && id < btf.count
}
