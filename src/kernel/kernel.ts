import type { ObjectSpec } from "../object/index.ts"
import type { AttachPoint } from "./attach-point.ts"

/** Either kernel: the embedded one or the machine's own. Nothing above this interface asks which. */
export interface Kernel extends AsyncDisposable {
  /** Release family as the catalogue counts it, such as "6.12". A string: 6.10 is not 6.1. */
  readonly release: string
  /**
   * Creates an object's maps and loads its programs: CO-RE against the kernel's BTF, externs, verification.
   * Throws RelocationError, VerifierError, LoadError.
   */
  load(object: ObjectSpec, options?: LoadOptions): Promise<LoadedObject>
}

export interface LoadOptions {
  /** Load only these programs, by name; the default is every program whose section does not start with "?". */
  readonly only?: readonly string[]
  /**
   * Values for global variables, by name, set before the load (`.rodata` becomes constant); for variables in
   * `.struct_ops`, objects with the members to change.
   */
  readonly globals?: Readonly<Record<string, unknown>>
  /** What programs that replace (freplace) or trace (fentry, fexit) a function of a loaded program are about, by their names. */
  readonly targets?: Readonly<Record<string, ProgramFunction>>
}

/** A function of a loaded program. */
export interface ProgramFunction {
  readonly program: Pick<Program, "id">
  /** What the section names ("freplace/function") when left out. */
  readonly function?: string
}

export interface LoadedObject extends AsyncDisposable {
  readonly spec: ObjectSpec
  readonly programs: Readonly<Record<string, Program>>
  readonly maps: Readonly<Record<string, KernelMap>>
  /** Attaches every loaded program where its section says; programs whose section names no place are passed over. */
  attach(): Promise<readonly Link[]>
}

export interface Program extends AsyncDisposable {
  readonly id: number
  readonly name: string
  /** Short name as bpftool prints it: "kprobe", "tracepoint", "tracing". */
  readonly type: string
  /** "verified" only when a verifier accepted it. */
  readonly verification: "verified" | "not verified yet"
  /** Attaches where the section says, or at `point`. Throws AttachError. */
  attach(point?: AttachPoint): Promise<Link>
}

export interface Link extends AsyncDisposable {
  readonly id: number
  readonly program: Program
  readonly point: AttachPoint
  /** Removes the attachment; closing twice is allowed. */
  detach(): Promise<void>
}

/** A map by raw bytes and, with BTF, by typed keys and values. */
export interface KernelMap extends AsyncDisposable {
  readonly id: number
  readonly name: string
  /** Short name as bpftool prints it: "hash", "percpu_array". */
  readonly type: string
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  /** The typed value under `key`, or undefined. Per-CPU maps give an array, one element a CPU. */
  get(key: unknown): Promise<unknown>
  set(key: unknown, value: unknown, options?: { readonly flag?: "any" | "noexist" | "exist" }): Promise<void>
  /** False when there was nothing to delete. */
  delete(key: unknown): Promise<boolean>
  entries(): AsyncIterableIterator<[key: unknown, value: unknown]>
  /** Records of a perf event array, ring buffer or user ring buffer, as they come; ends when the map is closed. */
  samples(options?: SampleOptions): AsyncIterableIterator<unknown>
}

export interface SampleOptions {
  /** The struct in the object's BTF that a record holds; without it the object's BTF is searched for the only fitting one. */
  readonly type?: string
  readonly signal?: AbortSignal
}
