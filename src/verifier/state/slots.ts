import type { Btf } from "../../btf/index.ts"

export type DynptrKind = "local" | "ringbuf" | "skb" | "xdp"

/** One of the two slots that a dynptr takes. */
export interface DynptrSlot {
  readonly kind: DynptrKind
  readonly first: boolean
}

/** One of the slots that an iterator takes; `depth` counts how often it gave an element. */
export interface IteratorSlot {
  readonly btf: Btf | undefined
  readonly btfId: number
  /** Of its struct, without "bpf_iter_". */
  readonly name: string
  readonly state: "active" | "drained"
  readonly depth: number
}
