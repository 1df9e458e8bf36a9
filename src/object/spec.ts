import type { Btf, BtfLinkage, CoreRelocation, FuncInfo, LineInfo, TypeId } from "../btf/index.ts"
import type { SectionDefinition } from "../catalog/index.ts"
import type { Instruction } from "../isa/index.ts"

/**
 * What one object file says, decoded once and frozen: the same file gives the same spec. Nothing in it depends
 * on a kernel; what does (CO-RE, externs, map file descriptors) is decided at load.
 */
export interface ObjectSpec {
  /** From the file name, as libbpf derives it (up to the first dot, at most 15 characters), or "object". */
  readonly name: string
  readonly byteOrder: "little" | "big"
  /** The string of section `license`; "" when there is none. */
  readonly license: string
  /** The number in section `version`, for kernels that ask for it; 0 when there is none. */
  readonly kernelVersion: number
  /** By section, then by place in it: libbpf's order. */
  readonly programs: readonly ProgramSpec[]
  /** Maps of `.maps`, data sections, `.kconfig`, struct_ops: the order in which libbpf creates them. */
  readonly maps: readonly MapSpec[]
  /** Variables of data sections and of an arena, by map and offset; none without BTF. Static ones may share names. */
  readonly globals: readonly GlobalSpec[]
  /** `.kconfig` values in the order of their offsets, then `.ksyms` variables and functions by name. */
  readonly externs: readonly ExternSpec[]
  /** The types of the file itself; undefined when it was compiled without -g. */
  readonly btf: Btf | undefined
  /** What libbpf passes over in silence or with a message: sections nobody reads, BTF.ext that breaks its format. */
  readonly warnings: readonly string[]
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
  /**
   * False when the section starts with "?", and for a struct_ops program whose maps are all in "?" sections
   * (libbpf's `bpf_object_adjust_struct_ops_autoload`).
   */
  readonly autoload: boolean
  /**
   * The entry function first, then every subprogram it reaches, appended in libbpf's order. Calls and function
   * addresses between them are resolved; what `references` lists is marked with its pseudo source register and
   * zero, for the loader to fill in.
   */
  readonly instructions: readonly Instruction[]
  /** The functions that `instructions` is made of: first the entry. */
  readonly functions: readonly FunctionSpec[]
  /** References to maps, externs and functions, by slot, ascending. */
  readonly references: readonly Reference[]
  /** CO-RE records, by slot of `instructions`, ascending. */
  readonly coreRelocations: readonly CoreRelocation[]
  /** Line records, by slot of `instructions`, ascending. */
  readonly lines: readonly LineInfo[]
  /** Function records, by slot of `instructions`, ascending; none at all when the entry function has none. */
  readonly funcInfo: readonly FuncInfo[]
  /**
   * Why this program cannot be loaded although the object can be opened, in libbpf's reason; `instructions` are
   * incomplete then. Loaders refuse the program with it.
   */
  readonly problem: string | undefined
}

export interface FunctionSpec {
  readonly name: string
  /** First slot in the program's `instructions`. */
  readonly start: number
  /** In slots. */
  readonly length: number
  readonly section: string
  /** First slot in its own section. */
  readonly sectionStart: number
  /** Hidden functions are "static": libbpf makes them so, and verifiers check them in their callers' context. */
  readonly linkage: "static" | "global" | "weak"
}

/** What a slot (an `lddw` or a call) refers to, still by name. */
export type Reference =
  /** `lddw` of the map itself. */
  | { readonly kind: "map"; readonly at: number; readonly map: string }
  /** `lddw` of an address inside a data section's only value, or inside an arena's globals. */
  | { readonly kind: "mapValue"; readonly at: number; readonly map: string; readonly offset: number }
  /** `lddw` of a `.kconfig` or typeless/typed `.ksyms` variable. */
  | { readonly kind: "extern"; readonly at: number; readonly extern: string }
  /** Call of a kernel function declared in `.ksyms`. */
  | { readonly kind: "kfunc"; readonly at: number; readonly extern: string }
  /** `lddw` of a subprogram's address, for callbacks; its `imm` already leads to `target`, the function's first slot. */
  | { readonly kind: "function"; readonly at: number; readonly function: string; readonly target: number }

export type MapKind = "map" | "data" | "rodata" | "bss" | "kconfig" | "structOps"

export interface MapSpec {
  /** "map" for those of `.maps`; the others are made by the loader. */
  readonly kind: MapKind
  /**
   * Unique in the object, of any length (`kernelName` cuts it). Of a data section as libbpf calls it: "hello.rodata",
   * ".data.custom".
   */
  readonly name: string
  /** The section it comes from or stands for: ".maps", ".rodata.str1.1", ".kconfig", "?.struct_ops". */
  readonly section: string
  /** The UAPI number of the map type (a catalogue row when known). */
  readonly type: number
  readonly keySize: number
  /** For struct_ops the size of the object's struct, not of the kernel's. */
  readonly valueSize: number
  /** Ring buffers are rounded up to a power of two of 4 KiB pages, as libbpf does; 0 in a perf event array means one a CPU. */
  readonly maxEntries: number
  readonly flags: number
  readonly numaNode: number | undefined
  readonly extra: bigint
  readonly pinning: "none" | "byName"
  readonly keyType: TypeId | undefined
  /** Of a data section its `datasec`. */
  readonly valueType: TypeId | undefined
  /** The template of inner maps. */
  readonly inner: MapSpec | undefined
  /** Initial slots: other maps (map in map) or programs (prog array), by index, ascending. */
  readonly initialSlots: readonly { readonly index: number; readonly target: string }[]
  /** Initial bytes of a data section, of a struct_ops value, or of an arena's globals; undefined means zeros. */
  readonly data: Uint8Array | undefined
  /** Undefined for every other map. */
  readonly structOps: StructOpsSpec | undefined
}

/** A variable that lives in the only value of a data section's map, or among an arena's globals. */
export interface GlobalSpec {
  readonly name: string
  /** The name of its map. */
  readonly map: string
  /** Bytes from the start of the section. */
  readonly offset: number
  readonly size: number
  readonly type: TypeId
  /** Hidden ones are "static". */
  readonly linkage: BtfLinkage
}

/** An instance of a kernel struct of functions. */
export interface StructOpsSpec {
  /** The struct's name in the object, flavour included: "tcp_congestion_ops". */
  readonly typeName: string
  readonly type: TypeId
  /** Programs by member, in the order of their offsets. */
  readonly programs: readonly StructOpsMember[]
  /** True for `.struct_ops.link`: attached through a BPF link (BPF_F_LINK). */
  readonly link: boolean
  /** False for "?.struct_ops": not created unless asked for. */
  readonly autocreate: boolean
}

export interface StructOpsMember {
  readonly member: string
  /** Bytes from the start of the struct. */
  readonly offset: number
  readonly program: string
}

export type ExternSpec =
  | {
      readonly kind: "kconfig"
      readonly name: string
      readonly weak: boolean
      readonly type: TypeId
      /** What the loader writes: a number, a bool, one of y/m/n, a character, or a NUL-terminated string. */
      readonly value: "integer" | "bool" | "tristate" | "char" | "string"
      readonly signed: boolean
      readonly size: number
      readonly alignment: number
      /** In the value of the `.kconfig` map. */
      readonly offset: number
    }
  | {
      readonly kind: "ksymVariable"
      readonly name: string
      readonly weak: boolean
      /** VOID for a typeless one: only its address can be taken. */
      readonly type: TypeId
    }
  | {
      readonly kind: "kfunc"
      readonly name: string
      readonly weak: boolean
      /** Its prototype, a `func_proto`. */
      readonly type: TypeId
    }
