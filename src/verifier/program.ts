import type { Btf, FuncInfo, LineInfo, SpecialField, TypeId } from "../btf/index.ts"
import type {
  ArchitectureName,
  AttachTypeName,
  Capability,
  FunctionSignature,
  ProgramTypeName,
  Release,
} from "../catalog/index.ts"
import type { Instruction } from "../isa/index.ts"

/** What the verifier knows of a map. Programs that name one map must share its object. */
export interface MapFacts {
  /** As the kernel has it: at most 15 characters. */
  readonly name: string
  /** The UAPI number of its type. */
  readonly type: number
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  readonly inner: MapFacts | undefined
  /** The contents of a frozen, read-only data section: loads from it give constants. */
  readonly constants: Uint8Array | undefined
  /** What only certain helpers may touch. */
  readonly fields: readonly SpecialField[]
  readonly btf: Btf | undefined
  readonly valueType: TypeId | undefined
  /** Made by a process that may not see addresses: no processor, running ahead, may leave it. */
  readonly masked?: boolean
}

/** What a slot of the program refers to outside of it. */
export type ProgramReference =
  | { readonly kind: "map"; readonly map: MapFacts }
  | { readonly kind: "mapValue"; readonly map: MapFacts; readonly offset: number }
  | { readonly kind: "kfunc"; readonly name: string; readonly btfId: number }
  /** A kernel variable: typed by its BTF id, or only an address. */
  | { readonly kind: "variable"; readonly name: string; readonly btfId: number | undefined }

export interface ProgramFunction {
  readonly name: string
  readonly start: number
  readonly global: boolean
}

/** One program as it is given to the kernel, relocated. */
export interface VerifierProgram {
  readonly name: string
  readonly type: ProgramTypeName
  readonly attachType: AttachTypeName | undefined
  readonly sleepable: boolean
  readonly gpl: boolean
  /** BPF_F_… of the load. */
  readonly flags: number
  readonly instructions: readonly Instruction[]
  /** Entry first, ascending; one even without BTF. */
  readonly functions: readonly ProgramFunction[]
  readonly references: ReadonlyMap<number, ProgramReference>
  readonly btf: Btf | undefined
  readonly lines: readonly LineInfo[]
  readonly funcInfo: readonly FuncInfo[]
  /** What a tracing, lsm or struct_ops program stands on. */
  readonly target: AttachTarget | undefined
  /** What a program of type ext replaces, or one of type tracing stands on. */
  readonly extension?: Extension | undefined
}

/** A function of another program, which the program stands in for, or watches. */
export interface Extension {
  readonly replaces: boolean
  readonly program: VerifierProgram
  readonly function: string
}

export interface AttachTarget {
  readonly signature: FunctionSignature
  /** The hook as the catalogue's rules name it: "file_open", "tcp_congestion_ops.init". */
  readonly hook: string
  readonly operations: string | undefined
  /** Why the kernel refuses to load a program there; undefined when it does not. */
  readonly refusal: { readonly message: string; readonly errno: number } | undefined
  /** Void functions leave r0 alone. */
  readonly returnsVoid: boolean
}

/** The kernel that would load it. */
export interface VerifierKernel {
  readonly release: Release
  /** x86-64 unless told. */
  readonly architecture?: ArchitectureName | undefined
  readonly btf: Btf
  readonly config?: ((option: string) => boolean) | undefined
  /** Whether /proc/kallsyms has a symbol; nothing is known of them when left out. */
  readonly hasSymbol?: ((name: string) => boolean) | undefined
  /** How many processors it may have; 1 when not told. */
  readonly cpus?: number
}

export const PROGRAM_FLAG = {
  STRICT_ALIGNMENT: 1 << 0,
  ANY_ALIGNMENT: 1 << 1,
  TEST_RND_HI32: 1 << 2,
  TEST_STATE_FREQ: 1 << 3,
  SLEEPABLE: 1 << 4,
  TEST_REG_INVARIANTS: 1 << 7,
} as const

export interface VerifierOptions {
  /** 0 none; 1 errors and states at jumps; 2 every instruction; 4 added: statistics. */
  readonly logLevel?: number
  /** What the process holds that loads it; all when left out. */
  readonly capabilities?: ReadonlySet<Capability> | undefined
  /** Explain a refusal in words: its values, where they came from, and what helps. */
  readonly explain?: boolean
  /** Give up ("unsupported") after so many walked instructions, before the kernel would: for those who cannot wait. */
  readonly patience?: number
}
