/**
 * What a program that stands on a kernel function finds in one argument. Its eight bytes are a number, an
 * address that is only a number to the verifier, or a typed pointer.
 */
export type FunctionArgument =
  /** An integer, an enumeration, or a structure by value of up to 16 bytes. */
  | { readonly kind: "scalar"; readonly bytes: number }
  /** A pointer to void or to integers: a scalar, but only read whole. */
  | { readonly kind: "address" }
  | {
      readonly kind: "structure"
      readonly name: string
      /** As the verifier's log writes it. */
      readonly keyword: "STRUCT" | "UNION"
      readonly btfId: number
      /** "user" and "percpu" come from type tags in BTF. */
      readonly memory: "kernel" | "user" | "percpu"
      /** Not in BTF: the tracepoint's, iterator's or operation's own rule. */
      readonly orNull: boolean
      /** Where it is not as the program type says. */
      readonly trusted?: boolean
    }
  /** Memory of an iterator's element: a map's key or value. */
  | { readonly kind: "buffer"; readonly readOnly: boolean }
  /** Something else, not to be read; `btfKind` as the verifier writes it: PTR, FUNC_PROTO, … */
  | {
      readonly kind: "unreadable"
      readonly pointer: boolean
      readonly btfKind: string
      readonly name: string
    }

/** The prototype of what a tracing, lsm or struct_ops program stands on. */
export interface FunctionSignature {
  /** As the verifier names it in its messages. */
  readonly name: string
  readonly arguments: readonly FunctionArgument[]
  /** Undefined for void. */
  readonly result: FunctionArgument | undefined
}
