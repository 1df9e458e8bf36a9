import type { Brand } from "../base/index.ts"

/** The number of a type inside one BTF blob (split BTF continues its base's numbering). 0 is `void`. */
export type TypeId = Brand<number, "TypeId">

export const VOID = 0 as TypeId

/** The 19 kinds of BTF (`Documentation/bpf/btf.rst`), decoded. Names are "" where the format has none. */
export type BtfType =
  | {
      readonly kind: "int"
      readonly name: string
      readonly size: number
      readonly encoding: "" | "signed" | "char" | "bool"
      readonly bitOffset: number
      readonly bits: number
    }
  | { readonly kind: "ptr"; readonly name: ""; readonly type: TypeId }
  | {
      readonly kind: "array"
      readonly name: ""
      readonly element: TypeId
      readonly index: TypeId
      readonly length: number
    }
  | {
      readonly kind: "struct" | "union"
      readonly name: string
      readonly size: number
      readonly members: readonly BtfMember[]
    }
  | {
      readonly kind: "enum"
      readonly name: string
      readonly size: number
      readonly signed: boolean
      readonly values: readonly BtfEnumerator[]
    }
  | {
      readonly kind: "enum64"
      readonly name: string
      readonly size: number
      readonly signed: boolean
      readonly values: readonly BtfEnumerator[]
    }
  | { readonly kind: "fwd"; readonly name: string; readonly aggregate: "struct" | "union" }
  | { readonly kind: "typedef"; readonly name: string; readonly type: TypeId }
  | { readonly kind: "volatile" | "const" | "restrict"; readonly name: ""; readonly type: TypeId }
  | { readonly kind: "func"; readonly name: string; readonly type: TypeId; readonly linkage: BtfLinkage }
  | {
      readonly kind: "func_proto"
      readonly name: ""
      readonly returns: TypeId
      readonly params: readonly BtfParam[]
    }
  | { readonly kind: "var"; readonly name: string; readonly type: TypeId; readonly linkage: BtfLinkage }
  | {
      readonly kind: "datasec"
      readonly name: string
      readonly size: number
      readonly variables: readonly BtfSectionVariable[]
    }
  | { readonly kind: "float"; readonly name: string; readonly size: number }
  | {
      readonly kind: "decl_tag"
      readonly name: string
      readonly type: TypeId /** Index of the member or parameter that is tagged; -1 for the type itself. */
      readonly component: number
      readonly attribute?: true
    }
  | {
      readonly kind: "type_tag"
      readonly name: string
      readonly type: TypeId /** The tag stands for `__attribute__((name))`, not for a BTF tag (kind flag, since 6.15). */
      readonly attribute?: true
    }

export type BtfKind = BtfType["kind"]
/** The description of types of one kind; kinds that share a description (struct and union) are told apart. */
export type BtfTypeOf<K extends BtfKind> = DescriptionOf<BtfType, K>
type DescriptionOf<T, K> = T extends { readonly kind: infer Kinds }
  ? K extends Kinds
    ? T & { readonly kind: K }
    : never
  : never
export type BtfLinkage = "static" | "global" | "extern"

export interface BtfMember {
  readonly name: string
  readonly type: TypeId
  /** From the start of the struct, in bits. */
  readonly bitOffset: number
  /** Width of a bitfield in bits; 0 for an ordinary member. */
  readonly bitSize: number
}

export interface BtfEnumerator {
  readonly name: string
  /** 32-bit values are sign- or zero-extended as the enum is signed or not. */
  readonly value: bigint
}

export interface BtfParam {
  readonly name: string
  /** VOID with an empty name stands for a trailing `...`. */
  readonly type: TypeId
}

export interface BtfSectionVariable {
  /** A `var` or `func` type. */
  readonly type: TypeId
  /** Bytes from the start of the section. */
  readonly offset: number
  readonly size: number
}
