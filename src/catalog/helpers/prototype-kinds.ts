import type { AttachTypeName } from "../attach-types.ts"
import type { ProgramTypeName } from "../program-types.ts"
import type { Release } from "../releases.ts"

/** What the kernel checks of a helper's argument. Source: `enum bpf_arg_type` of the kernel's include/linux/bpf.h. */
export type ArgumentKind =
  /** Any value that has been written: a number, and for privileged programs a pointer too. */
  | "anything"
  /** A number, never a pointer. */
  | "scalar"
  /** The program's own context, at offset 0. */
  | "context"
  /** A map, as a constant of the program. */
  | "mapPointer"
  /** Initialised memory as long as the key of the call's map. */
  | "mapKey"
  /** Memory as long as the value of the call's map; `access` tells whether it must be initialised. */
  | "mapValue"
  /** Memory; its length is the `size` argument after it, or `size` here where it is fixed. */
  | "memory"
  /** The length of the memory argument before it, at least 1. */
  | "size"
  /** The same, 0 allowed. */
  | "sizeOrZero"
  /** A constant number of bytes, of which the returned memory is made. */
  | "allocationSize"
  /** Constant text that ends in a zero byte, in a read-only map. */
  | "constString"
  /** A `struct bpf_spin_lock` in a map value or an allocated object. */
  | "spinLock"
  /** A `struct bpf_timer` in a map value. */
  | "timer"
  /** A function of the program. */
  | "callback"
  /** Memory on the program's stack, which callbacks receive. */
  | "stack"
  /** A kernel object whose BTF type is `type`. */
  | "btfPointer"
  /** Any socket of the helpers that give sockets: `struct bpf_sock` of every state. */
  | "socketCommon"
  /** A full socket: `struct bpf_sock` that is neither half-open nor in time-wait. */
  | "socket"
  /** A socket as the catalogue's other kinds have it, or a kernel object that begins with `struct sock_common`. */
  | "btfSocketCommon"
  /** A per-CPU variable of the kernel. */
  | "perCpuVariable"
  /** A record that bpf_ringbuf_reserve gave. */
  | "ringbufMemory"
  /** A `struct bpf_dynptr` on the stack; `dynptr` says of which kind, `access` whether the call makes it. */
  | "dynptr"
  /** The place of a kptr: a field of a map value or of an allocated object. */
  | "kptrField"
  /** An object that a kptr field of this place may hold. */
  | "kptr"
  /** More arguments, as many as registers are left; the kernel does not check them. */
  | "variadic"
  /** An argument that the kernel does not check, not even for having been written. */
  | "unchecked"

/**
 * How memory is used. "read": read, and may be read-only. "readWrite": read, and must not be read-only memory.
 * "write": written, but must be initialised. "uninit": written in full, need not be initialised.
 */
export type MemoryAccess = "read" | "readWrite" | "write" | "uninit"

export interface HelperArgument {
  readonly name: string
  /** The C type for display, as the kernel's documentation of helpers has it: "struct bpf_map *". */
  readonly c: string
  readonly kind: ArgumentKind
  readonly nullable?: true
  readonly access?: MemoryAccess
  /** Bytes of memory of fixed length; it must be aligned when `aligned`. */
  readonly size?: number
  readonly aligned?: true
  /** The C struct of a btfPointer, without "struct". */
  readonly type?: string
  readonly dynptr?: "local" | "ringbuf"
  /** The call takes over the reference that the argument holds. */
  readonly release?: true
}

/** What the kernel knows of a helper's result. Source: `enum bpf_return_type` of the kernel's include/linux/bpf.h. */
export type ReturnKind =
  | "integer"
  | "void"
  | "mapValue"
  | "socketCommon"
  | "socket"
  | "tcpSocket"
  /** Memory that the caller must submit or discard. */
  | "ringbufMemory"
  /** As many bytes behind a dynptr as its allocationSize argument says. */
  | "dynptrMemory"
  /** A kernel object whose BTF type is `type`. */
  | "btfPointer"
  /** A read-only value or typed object of the per-CPU variable that was passed. */
  | "perCpuValue"
  /** The object that the kptr field held. */
  | "kptr"

export interface HelperReturn {
  readonly c: string
  readonly kind: ReturnKind
  readonly nullable?: true
  readonly type?: string
  readonly trusted?: true
  /**
   * The result holds a reference, which must be given back. So does that of bpf_map_lookup_elem, a socket then, where
   * the map is a sockmap or sockhash.
   */
  readonly acquire?: true
}

/** Where a variant of a prototype holds: every condition that is given must. */
export interface VariantCondition {
  readonly programTypes?: readonly ProgramTypeName[]
  readonly attachTypes?: readonly AttachTypeName[]
  readonly sleepable?: true
  /** From this release on. */
  readonly since?: Release
}

interface Details {
  readonly arguments: readonly HelperArgument[]
  /** Only programs under a GPL-compatible licence may call it. */
  readonly gplOnly: boolean
  /** Only where sleeping is allowed: sleepable programs, outside of RCU and other critical sections. */
  readonly mightSleep: boolean
  /** Memory arguments may point into the packet. */
  readonly packetAccess: boolean
  /** The call leaves caller-saved registers alone (bpf_fastcall). */
  readonly fastcall: boolean
}

/** What differs for some programs. */
export interface PrototypeVariant extends Partial<Details> {
  readonly when: VariantCondition
}

/** One helper's prototype as a row: what is left out is false. */
export interface PrototypeRow extends Partial<Omit<Details, "arguments">>, Pick<Details, "arguments"> {
  readonly name: string
  /** What it does, in one sentence without a full stop. */
  readonly summary: string
  readonly returns: HelperReturn
  /** Pointers into the packet are void after the call. */
  readonly packetChanging?: true
  readonly variants?: readonly PrototypeVariant[]
}

/** A helper's prototype for one kind of program, nothing left out. */
export interface HelperPrototype extends Details {
  readonly name: string
  readonly summary: string
  readonly returns: HelperReturn
  readonly packetChanging: boolean
}
