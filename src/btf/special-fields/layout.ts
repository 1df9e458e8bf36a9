import type { TypeId } from "../types.ts"

/** Fields that are no more than a few bytes of state. */
export type SimpleFieldKind = "spinLock" | "timer" | "workqueue" | "refcount" | "listNode" | "treeNode"

/** A field of a map value, a data section or an allocated object that the kernel gives a meaning. */
export type SpecialField =
  | { readonly kind: SimpleFieldKind; readonly offset: number; readonly size: number }
  | {
      readonly kind: "pointer"
      readonly offset: number
      readonly size: number
      /** "counted" ones own a reference, and "perCpu" ones memory of every CPU; "untrusted" ones own nothing. */
      readonly ownership: "counted" | "perCpu" | "untrusted"
      readonly pointee: PointeeType
    }
  | {
      /** The end of a list or tree of allocated objects, whose node stands at `nodeOffset` in each. */
      readonly kind: "listHead" | "treeRoot"
      readonly offset: number
      readonly size: number
      readonly contained: TypeId
      readonly nodeOffset: number
    }

export type FieldKind = SpecialField["kind"]

/** A struct of the kernel's own types by name, or one of the program's by id. */
export type PointeeType =
  | { readonly owner: "kernel"; readonly name: string }
  | { readonly owner: "program"; readonly type: TypeId }

/** A type with the special fields in it, by offset. */
export interface ValueLayout {
  readonly size: number
  readonly fields: readonly SpecialField[]
  /** The layout of another type of the same object, for what is stored behind pointers, lists and trees. */
  layoutOf(type: TypeId): ValueLayout
}

export function fieldOf(layout: ValueLayout | undefined, kind: FieldKind): SpecialField | undefined {
  return layout?.fields.find(field => field.kind === kind)
}
