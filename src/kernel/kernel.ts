import type { ObjectSpec } from "../object/index.ts"
import type { AttachPoint } from "./attach-point.ts"
import type { Globals } from "./live-globals.ts"
import type { MapView } from "./map-view.ts"
import type { RunInput, RunOptions, RunResult } from "./test-run.ts"

/** Either kernel: the embedded one or the machine's own. Nothing above this interface asks which. */
export interface Kernel extends AsyncDisposable {
  /** Release family as the catalogue counts it, such as "6.12". A string: 6.10 is not 6.1. */
  readonly release: string
  /**
   * Creates an object's maps and loads its programs: CO-RE against the kernel's BTF, externs, verification.
   * Throws RelocationError, VerifierError, LoadError.
   */
  load(object: ObjectSpec, options?: LoadOptions): Promise<LoadedObject>
  /** Lines of the trace pipe (bpf_printk) as ftrace prints them, as they come; ends when `signal` fires. */
  trace(options?: { readonly signal?: AbortSignal }): AsyncIterableIterator<string>
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
  /** Global variables by name, as programs see them now; assigning changes them. `.rodata` and `.kconfig` refuse that. */
  readonly globals: Globals
  /** What went otherwise than asked for, yet not wrong enough to refuse the object. */
  readonly warnings: readonly string[]
  /**
   * Attaches every loaded program where its section says, and registers struct_ops maps; programs whose section names no
   * place are passed over. All or none. The answer has the programs' links.
   */
  attach(): Promise<readonly Link[]>
  /** Takes back all that `attach` did. */
  detach(): Promise<void>
  /** Every record of every map that nobody has read yet, in the order in which programs wrote them as far as the kernel tells. */
  events(types?: Readonly<Record<string, string>>): Sample[]
  /** The same as they come, until `signal` fires or the object is closed. */
  follow(options?: FollowOptions): AsyncIterableIterator<Sample>
}

/** One record of a perf event array or ring buffer. */
export interface Sample {
  readonly map: string
  /** The decoded struct, or the bytes when no type of the object fits. */
  readonly value: unknown
  readonly bytes: Uint8Array
}

export interface FollowOptions {
  /** What records hold, by map: structs in the object's BTF. */
  readonly types?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface Program extends AsyncDisposable {
  readonly id: number
  readonly name: string
  /** Short name as bpftool prints it: "kprobe", "tracepoint", "tracing". */
  readonly type: string
  /** "not verified" for one that the embedded kernel was told to load without its verifier. */
  readonly verification: "verified" | "not verified"
  /** Instructions that the verifier walked over all paths (`verified_insns`); undefined when it was not asked. */
  readonly verifiedInstructions: number | undefined
  /** Attaches where the section says, or at `point`. Throws AttachError. */
  attach(point?: AttachPoint): Promise<Link>
  /**
   * Runs the program on given input, without attaching it (BPF_PROG_TEST_RUN). Throws LoadError: ENOTSUPP for types that
   * Linux cannot run so, EINVAL, ENOSPC … for input that the type does not take; ProgramFault.
   */
  run(options?: RunOptions): Promise<RunResult>
  /** Runs it on each of many inputs; `options` hold for all of them. */
  runMany(inputs: readonly RunInput[], options?: RunOptions): Promise<RunResult[]>
}

/** One program on one hook. */
export interface Link extends AsyncDisposable {
  readonly id: number
  readonly program: Program
  readonly point: AttachPoint
  /** Of an iterator: what its program writes about every object there is now, as text. Throws AttachError for other links. */
  read(): Promise<string>
  /**
   * Puts another program in this one's place at once: nothing passes unseen. Links of control groups, namespaces, XDP, tcx, netkit,
   * iterators and sockmaps take programs of the same type (BPF_LINK_UPDATE). Throws AttachError: EINVAL, EEXIST, ENOLINK.
   */
  update(program: Program): Promise<void>
  /** Removes the attachment; closing twice is allowed. */
  detach(): Promise<void>
}

/** A map by raw bytes and, with BTF, by typed keys and values. The key of a queue, stack or bloom filter is undefined. */
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
  /**
   * Prog arrays take programs, maps of maps maps; a devmap or cpumap whose values have 8 bytes also `{ target, program }`: an
   * interface's index or a queue's size, and the program on the way there.
   */
  set(key: unknown, value: unknown, options?: UpdateOptions): Promise<void>
  /** As `set` of each, in one call where the kernel has batches: those before a refused one stay. */
  setMany(elements: Iterable<readonly [key: unknown, value: unknown]>, options?: UpdateOptions): Promise<void>
  /** False when there was nothing to delete. */
  delete(key: unknown): Promise<boolean>
  /** How many of them were there. */
  deleteMany(keys: Iterable<unknown>): Promise<number>
  /** Every element; what is added or deleted meanwhile may or may not be among them. */
  entries(): AsyncIterableIterator<[key: unknown, value: unknown]>
  /** Every element, deleted as it is given; of a queue or stack in its order. */
  take(): AsyncIterableIterator<[key: unknown, value: unknown]>
  /** A window on an array's memory (flag BPF_F_MMAPABLE) or an arena's. Throws MapError for others. */
  view(): MapView
  /**
   * Of a user ring buffer: hands a record to the programs that drain it, in order; waits while there is no room. `value`: bytes,
   * or a value of type `options.type`. Throws MapError.
   */
  submit(value: unknown, options?: SubmitOptions): Promise<void>
  /** Records of a perf event array, ring buffer or user ring buffer, as they come; ends when the map is closed. */
  samples(options?: SampleOptions): AsyncIterableIterator<unknown>
  /**
   * Of a struct_ops map: puts its programs to work, by link where its section asks for one (".struct_ops.link"), else until
   * `detach` or the end of the map. Throws MapError.
   */
  attach(): Promise<{ detach(): Promise<void> }>
}

export interface UpdateOptions {
  /** "noexist": only a new key; "exist": only one that is there. */
  readonly flag?: "any" | "noexist" | "exist"
}

/** BPF_ANY, BPF_NOEXIST, BPF_EXIST. */
export function flagOf({ flag = "any" }: UpdateOptions): number {
  return { any: 0, noexist: 1, exist: 2 }[flag]
}

export interface SubmitOptions {
  /** The struct in the object's BTF that the value is. */
  readonly type?: string
  /** Ends the wait for room: `submit` rejects with its reason. */
  readonly signal?: AbortSignal
}

export interface SampleOptions {
  /** The struct in the object's BTF that a record holds; without it the object's BTF is searched for the only fitting one. */
  readonly type?: string
  readonly signal?: AbortSignal
}
