import type { Btf } from "./btf.ts"
import type { TypeId } from "./types.ts"
import { layoutOf } from "./value-layout.ts"

/**
 * The members of a struct whose text fills its array of `char` without a NUL: bpf_probe_read_kernel(), unlike its _str
 * sibling, copies what it finds, and a reader that trusts in the NUL reads on into the next member. Members of members
 * are not looked at.
 */
export function unterminatedText(btf: Btf, id: TypeId, bytes: Uint8Array): string[] {
  const layout = layoutOf(btf, id)
  if (layout.kind !== "record" || bytes.length < layout.size) return []
  return layout.fields
    .filter(({ layout: { kind, size }, offset }) => {
      const text = bytes.subarray(offset, offset + size)
      return kind === "chars" && size > 0 && !text.includes(0)
    })
    .map(({ name }) => name)
}
