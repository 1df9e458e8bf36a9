import type { Btf } from "../btf.ts"
import type { CoreKind, CoreRelocation } from "../btf-ext.ts"
import { parseAccess } from "./access.ts"
import { enumeratorValue, localEnumerator } from "./enumerator.ts"
import { type FieldPath, localPath } from "./field-path.ts"

/** The words of libbpf's messages. */
const SHORT_KIND: Readonly<Record<CoreKind, string>> = {
  field_byte_offset: "byte_off",
  field_byte_size: "byte_sz",
  field_exists: "field_exists",
  field_signed: "signed",
  field_lshift_u64: "lshift_u64",
  field_rshift_u64: "rshift_u64",
  type_id_local: "local_type_id",
  type_id_target: "target_type_id",
  type_exists: "type_exists",
  type_size: "type_size",
  enumval_exists: "enumval_exists",
  enumval_value: "enumval_value",
  type_matches: "type_matches",
}

/**
 * A relocation as libbpf writes it: `<byte_off> [12] struct task_struct.mm (0:5 @ offset 40)`. Throws what
 * `resolveCore` throws for a record that makes no sense.
 */
export function describeCore(local: Btf, record: CoreRelocation): string {
  const { kind, type: root, access } = record
  const type = local.type(root)
  const head = `<${SHORT_KIND[kind]}> [${root}] ${type.kind} ${type.name || "<anon>"}`
  if (isTypeKind(kind)) return head
  const raw = parseAccess(access)
  if (kind === "enumval_exists" || kind === "enumval_value") {
    const place = localEnumerator(local, root, raw)
    const value = enumeratorValue(place)
    const width = place.type.kind === "enum" ? 32 : 64
    const shown = place.type.signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value)
    return `${head}::${place.enumerator.name} = ${shown}`
  }
  return head + describePath(localPath(local, root, raw))
}

export function describePath({ steps, raw, bitOffset }: FieldPath): string {
  const names = steps.map((step, position) => {
    if (step.kind === "member") return `.${step.member.name}`
    return position > 0 || step.index > 0 ? `[${step.index}]` : ""
  })
  const bit = bitOffset % 8
  return `${names.join("")} (${raw.join(":")} @ offset ${Math.floor(bitOffset / 8)}${bit ? `.${bit}` : ""})`
}

function isTypeKind(kind: CoreKind): boolean {
  return kind.startsWith("type_")
}
