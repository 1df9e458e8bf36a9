import type { Btf, CoreRelocation, FuncInfo, LineInfo, TypeId } from "../btf/index.ts"
import type { SectionDefinition } from "../catalog/index.ts"
import type { Instruction } from "../isa/index.ts"

/**
 * What one object file says, decoded once and frozen: the same file gives the same spec. Nothing in it depends
 * on a kernel; what does (CO-RE, externs, map file descriptors) is decided at load.
 */
export interface ObjectSpec {
  /** From the file name, as libbpf derives it, or "object". */
  readonly name: string
  readonly byteOrder: "little" | "big"
  /** The string of section `license`; "" when there is none. */
  readonly license: string
  /** The number in section `version`, for kernels that ask for it; 0 when there is none. */
  readonly kernelVersion: number
  readonly programs: readonly ProgramSpec[]
  /** Maps of `.maps`, then data sections as maps, in the order libbpf creates them. */
  readonly maps: readonly MapSpec[]
  /** Externs: `.kconfig` values and `.ksyms` variables and functions. */
  readonly externs: readonly ExternSpec[]
  /** struct_ops maps name the kernel struct they fill; their programs are linked by member. */
  readonly btf: Btf | undefined
}

export interface ProgramSpec {
  /** The C function's name, untruncated. */
  readonly name: string
  /** The ELF section as written, such as "?tp/syscalls/sys_enter_execve". */
  readonly section: string
  /** What the section name means to libbpf; undefined for a name libbpf does not know. */
  readonly definition: SectionDefinition | undefined
  /** What follows the slash: "syscalls/sys_enter_execve"; "" when there is nothing. */
  readonly target: string
  /** False when the section starts with "?" . */
  readonly autoload: boolean
  /** The entry function first, then every subprogram it reaches, appended in libbpf's order. */
  readonly instructions: readonly Instruction[]
  /** The functions that `instructions` is made of: first the entry. */
  readonly functions: readonly FunctionSpec[]
  /** References to maps, externs and functions, by slot; already-resolved calls between subprograms are not listed. */
  readonly references: readonly Reference[]
  /** CO-RE records, by slot of `instructions`. */
  readonly coreRelocations: readonly CoreRelocation[]
  /** Line records, by slot of `instructions`. */
  readonly lines: readonly LineInfo[]
  /** Function records, by slot of `instructions`. */
  readonly funcInfo: readonly FuncInfo[]
}

export interface FunctionSpec {
  readonly name: string
  /** First slot in the program's `instructions`. */
  readonly start: number
  readonly length: number
  readonly section: string
  readonly linkage: "static" | "global" | "weak"
}

/** What a slot (an `lddw` or a call) refers to, still by name. */
export type Reference =
  /** `lddw` of the map itself. */
  | { readonly kind: "map"; readonly at: number; readonly map: string }
  /** `lddw` of an address inside a data section's only value. */
  | { readonly kind: "mapValue"; readonly at: number; readonly map: string; readonly offset: number }
  /** `lddw` of a `.kconfig` or typeless/typed `.ksyms` variable. */
  | { readonly kind: "extern"; readonly at: number; readonly extern: string }
  /** Call of a kernel function declared in `.ksyms`. */
  | { readonly kind: "kfunc"; readonly at: number; readonly extern: string }
  /** `lddw` of a subprogram's address, for callbacks. */
  | { readonly kind: "function"; readonly at: number; readonly function: string }

export interface MapSpec {
  readonly name: string
  /** `.maps` or the data section it stands for. */
  readonly section: string
  /** The UAPI number of the map type (a catalogue row when known). */
  readonly type: number
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  readonly numaNode: number | undefined
  readonly extra: bigint
  readonly pinning: "none" | "byName"
  readonly keyType: TypeId | undefined
  readonly valueType: TypeId | undefined
  /** The template of inner maps. */
  readonly inner: MapSpec | undefined
  /** Initial slots: other maps (map in map) or programs (prog array), by index. */
  readonly initialSlots: readonly { readonly index: number; readonly target: string }[]
  /** Initial bytes of a data section. */
  readonly data: Uint8Array | undefined
  /** Programs by struct_ops member; undefined for every other map. */
  readonly structOps:
    | {
        readonly typeName: string
        readonly programs: readonly {
          readonly member: string
          readonly offset: number
          readonly program: string
        }[]
        readonly link: boolean
      }
    | undefined
}

export type ExternSpec =
  | {
      readonly kind: "kconfig"
      readonly name: string
      readonly weak: boolean
      readonly type: TypeId
      readonly size: number
      readonly alignment: number
      readonly offset: number
    }
  | {
      readonly kind: "ksymVariable"
      readonly name: string
      readonly weak: boolean /** VOID for a typeless one. */
      readonly type: TypeId
    }
  | { readonly kind: "kfunc"; readonly name: string; readonly weak: boolean; readonly type: TypeId }
