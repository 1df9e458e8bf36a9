import type { AccessSize, AluOperator, AtomicOperator, Comparison } from "./opcodes.ts"

/** The second operand: a register, or `imm` sign-extended. */
export type Operand =
  | { readonly kind: "register"; readonly register: number }
  | { readonly kind: "immediate"; readonly value: number }

/** What one instruction does. Slots (`target`) are absolute indexes into the program's instructions. */
export type Operation =
  /** `dst = dst operator source`; a 32-bit result is zero-extended. */
  | {
      readonly kind: "alu"
      readonly operator: AluOperator
      readonly width: 32 | 64
      readonly dst: number
      readonly source: Operand
    }
  | { readonly kind: "negate"; readonly width: 32 | 64; readonly dst: number }
  /** `signExtendFrom` is the number of low bits that are sign-extended to `width`; undefined moves all. */
  | {
      readonly kind: "move"
      readonly width: 32 | 64
      readonly dst: number
      readonly source: Operand
      readonly signExtendFrom: 8 | 16 | 32 | undefined
    }
  /** Arena pointers: address space 1 is the arena's, 0 the kernel's. */
  | {
      readonly kind: "addressSpaceCast"
      readonly dst: number
      readonly src: number
      readonly to: number
      readonly from: number
    }
  /** Takes the low `bits` in the given byte order, or swaps them always. */
  | {
      readonly kind: "byteOrder"
      readonly conversion: "le" | "be" | "bswap"
      readonly bits: 16 | 32 | 64
      readonly dst: number
    }
  /** The two-slot immediate load. */
  | { readonly kind: "load64"; readonly dst: number; readonly value: Load64Value }
  | {
      readonly kind: "load"
      readonly size: AccessSize
      readonly signed: boolean
      readonly dst: number
      readonly base: number
      readonly offset: number
    }
  | {
      readonly kind: "store"
      readonly size: AccessSize
      readonly base: number
      readonly offset: number
      readonly source: Operand
    }
  /** With `fetch` the old value goes to `src`, for `cmpxchg` to r0. */
  | {
      readonly kind: "atomic"
      readonly operator: AtomicOperator
      readonly fetch: boolean
      readonly size: 4 | 8
      readonly base: number
      readonly offset: number
      readonly src: number
    }
  | {
      readonly kind: "loadAcquire"
      readonly size: AccessSize
      readonly dst: number
      readonly base: number
      readonly offset: number
    }
  | {
      readonly kind: "storeRelease"
      readonly size: AccessSize
      readonly base: number
      readonly offset: number
      readonly src: number
    }
  /** Classic packet load into r0 in host byte order; r6 holds the context. `index` is the register of the indirect form. */
  | {
      readonly kind: "packetLoad"
      readonly size: 1 | 2 | 4
      readonly offset: number
      readonly index: number | undefined
    }
  /** `wide` is `gotol`, whose distance has 32 bits. */
  | { readonly kind: "jump"; readonly target: number; readonly wide: boolean }
  | {
      readonly kind: "branch"
      readonly comparison: Comparison
      readonly width: 32 | 64
      readonly dst: number
      readonly source: Operand
      readonly target: number
    }
  /** Jumps once the iteration budget is used up, else goes on (Linux 6.9). */
  | { readonly kind: "mayGoto"; readonly target: number }
  | { readonly kind: "call"; readonly callee: Callee }
  | { readonly kind: "exit" }
  | { readonly kind: "invalid"; readonly reason: string }

export type OperationKind = Operation["kind"]
export type OperationOf<K extends OperationKind> = Extract<Operation, { readonly kind: K }>

export type Load64Value =
  | { readonly kind: "immediate"; readonly value: bigint }
  | { readonly kind: "map"; readonly fd: number }
  | { readonly kind: "mapValue"; readonly fd: number; readonly offset: number }
  /** An index into the load command's `fd_array`. */
  | { readonly kind: "mapIndex"; readonly index: number }
  | { readonly kind: "mapIndexValue"; readonly index: number; readonly offset: number }
  /** A kernel variable by BTF id; `fd` is a module's BTF or 0 for vmlinux. */
  | { readonly kind: "btf"; readonly id: number; readonly fd: number }
  | { readonly kind: "function"; readonly target: number }

export type Callee =
  | { readonly kind: "helper"; readonly id: number }
  | { readonly kind: "subprogram"; readonly target: number }
  /** `module` is an index into `fd_array`, 0 for vmlinux. */
  | { readonly kind: "kfunc"; readonly btfId: number; readonly module: number }
  /** `callx`: the register holds a subprogram's address. clang emits it; kernels refuse it (unknown opcode 8d). */
  | { readonly kind: "register"; readonly register: number }
