/**
 * Where a program is attached: a plain value, one shape a kind, the same on both kernels. More kinds join this
 * union as the kernels learn them.
 */
export type AttachPoint =
  | { readonly kind: "kprobe"; readonly function: string; readonly offset?: number; readonly cookie?: bigint }
  | { readonly kind: "kretprobe"; readonly function: string; readonly cookie?: bigint }
  /** A system call by its bare name ("execve"); the architecture's prefix is found at attach. */
  | {
      readonly kind: "ksyscall"
      readonly syscall: string
      readonly return?: boolean
      readonly cookie?: bigint
    }
  | {
      readonly kind: "tracepoint"
      readonly category: string
      readonly name: string
      readonly cookie?: bigint
    }
  | { readonly kind: "rawTracepoint"; readonly name: string; readonly cookie?: bigint }
  /** fentry, fexit, fmod_ret or tp_btf: the target was fixed when the program was loaded. */
  | { readonly kind: "trace"; readonly cookie?: bigint }
  | {
      readonly kind: "uprobe" | "uretprobe"
      readonly binary: string
      readonly symbol: string
      readonly offset?: number
      readonly pid?: number
      readonly cookie?: bigint
    }
  /** A place only its section name describes: a kind that has no shape of its own yet. */
  | { readonly kind: "section"; readonly section: string; readonly cookie?: bigint }

export type AttachKind = AttachPoint["kind"]

/** One line for people: "kprobe do_unlinkat+0x0", "tracepoint syscalls/sys_enter_execve". */
export function describePoint(point: AttachPoint): string {
  switch (point.kind) {
    case "kprobe":
      return `kprobe ${point.function}+0x${(point.offset ?? 0).toString(16)}`
    case "kretprobe":
      return `kretprobe ${point.function}`
    case "ksyscall":
      return `${point.return ? "kretsyscall" : "ksyscall"} ${point.syscall}`
    case "tracepoint":
      return `tracepoint ${point.category}/${point.name}`
    case "rawTracepoint":
      return `raw_tracepoint ${point.name}`
    case "trace":
      return "trace"
    case "uprobe":
    case "uretprobe":
      return `${point.kind} ${point.binary}:${point.symbol}+0x${(point.offset ?? 0).toString(16)}`
    case "section":
      return point.section
    default:
      return point satisfies never
  }
}
