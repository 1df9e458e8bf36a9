import type { Release } from "../releases.ts"

/**
 * Which bytes of a field one instruction may access. Offsets are always multiples of the access size.
 * - `whole`: one element, all of it
 * - `narrow`: one element, or an aligned part of it
 * - `pair`: one element or two neighbours at a multiple of eight (addresses of IPv6)
 * - `pairOrNarrow`: `pair`, or an aligned part of an element
 * - `aligned`: any aligned bytes inside the field
 * - `halfOrWord`: a two-byte field that once had four: its bytes, both of them, or four from its start
 * - `atLeastHalf`: one element, or its lower or upper half at least
 * - `narrowAtStart`: parts only from the field's first byte on
 */
export type AccessShape =
  | "whole"
  | "narrow"
  | "pair"
  | "pairOrNarrow"
  | "aligned"
  | "halfOrWord"
  | "atLeastHalf"
  | "narrowAtStart"

/** What a load puts into the register, as the verifier knows it. */
export type LoadedValue =
  | { readonly kind: "scalar" }
  /** A scalar between bounds that are known: the return value that an LSM hook hands on. */
  | { readonly kind: "returnValue" }
  /** Pointers to the packet's first byte, its end, and the metadata before it. */
  | { readonly kind: "packet" | "packetEnd" | "packetMeta" }
  /** `struct bpf_sock` of a full socket, or of any socket: only its common fields. */
  | { readonly kind: "socket" | "socketCommon"; readonly orNull: boolean }
  | { readonly kind: "flowKeys" }
  /** The buffer of a writable raw tracepoint. */
  | { readonly kind: "tracepointBuffer" }
  /** Memory of a size the iterator gives. */
  | { readonly kind: "buffer"; readonly readOnly: boolean; readonly orNull: boolean }
  /** A kernel structure, typed by BTF; `trusted` pointers may go to kfuncs. */
  | {
      readonly kind: "structure"
      readonly name: string
      readonly trusted: boolean
      readonly orNull: boolean
      readonly memory: "kernel" | "user" | "percpu"
    }

export interface ContextField {
  readonly name: string
  /** C type of one element. */
  readonly type: string
  readonly offset: number
  /** Bytes of one element. */
  readonly size: number
  /** Elements; an array when more than one. */
  readonly length?: number
  readonly since: Release
  readonly read: AccessShape
  /** How it is written where a program type may write it. */
  readonly write?: AccessShape
  /** What a load gives; a scalar when not told. */
  readonly value?: LoadedValue
  readonly summary: string
}

export interface ContextLayout {
  /** The C type. */
  readonly type: string
  readonly size: number
  readonly fields: readonly ContextField[]
}

/** Bytes of all elements. */
export function fieldBytes(field: ContextField): number {
  return field.size * (field.length ?? 1)
}

/**
 * True when `size` bytes at `offset` of the context, a multiple of `size` and inside `field`, have the shape.
 */
export function fitsShape(shape: AccessShape, field: ContextField, offset: number, size: number): boolean {
  const within = offset - field.offset
  switch (shape) {
    case "whole":
      return size === field.size && within % field.size === 0
    case "narrow":
      return size <= field.size
    case "pair":
      return (
        (size === field.size && within % field.size === 0) ||
        (size === 2 * field.size && within + size <= fieldBytes(field))
      )
    case "pairOrNarrow":
      return size <= field.size || (size === 2 * field.size && within + size <= fieldBytes(field))
    case "aligned":
      return within + size <= fieldBytes(field)
    case "halfOrWord":
      return size <= field.size || (size === 4 && within === 0)
    case "atLeastHalf":
      return size <= field.size && size * 2 >= field.size
    case "narrowAtStart":
      return size <= field.size && within === 0
    default:
      return shape satisfies never
  }
}
