/**
 * Where a program is attached: a plain value, one shape a kind, the same on both kernels. More kinds join this
 * union as the kernels learn them.
 */
export type AttachPoint =
  | { readonly kind: "kprobe"; readonly function: string; readonly offset?: number; readonly cookie?: bigint }
  | { readonly kind: "kretprobe"; readonly function: string; readonly cookie?: bigint }
  /** A system call by its bare name ("execve"); the architecture's prefix is found at attach. */
  | { readonly kind: "ksyscall"; readonly syscall: string; readonly return?: boolean }
  | { readonly kind: "tracepoint"; readonly category: string; readonly name: string; readonly cookie?: bigint }
  | { readonly kind: "rawTracepoint"; readonly name: string }
  /** fentry, fexit, fmod_ret or tp_btf: the target was fixed when the program was loaded. */
  | { readonly kind: "trace" }

export type AttachKind = AttachPoint["kind"]
