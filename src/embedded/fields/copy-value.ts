import type { ValueLayout } from "../../btf/index.ts"
import type { KernelMemory } from "../memory/index.ts"

/** Copies a value and leaves the special fields of the destination as they are (copy_map_value). */
export function copyValue(
  { bytes }: KernelMemory,
  layout: ValueLayout | undefined,
  size: number,
  to: number,
  from: number,
): void {
  let at = 0
  for (const { offset, size } of layout?.fields ?? []) {
    bytes.copyWithin(to + at, from + at, from + offset)
    at = offset + size
  }
  bytes.copyWithin(to + at, from + at, from + size)
}

/** Empties the special fields of a value: of one that is new, or a copy that user space is to see. */
export function clearFields(bytes: Uint8Array, layout: ValueLayout | undefined, at = 0): void {
  for (const { offset, size } of layout?.fields ?? []) bytes.fill(0, at + offset, at + offset + size)
}
