import type { Btf } from "../btf/index.ts"
import type { MapSpec, ObjectSpec, ProgramSpec } from "../object/index.ts"
import type { AttachPoint } from "./attach-point.ts"
import type { FeatureReport, ProbeOptions } from "./feature-report.ts"
import type { KernelMap, Link, LoadOptions, Program } from "./kernel.ts"
import type { KernelObjects } from "./kernel-objects.ts"
import type { RunOptions, RunResult } from "./test-run.ts"

/** What outlives its loader under a path of a BPF file system. Throws SkepError. */
export interface Pinnable {
  pin(path: string): Promise<void>
}

export interface PinnableLink extends Link, Pinnable {}

export interface PinnableProgram extends Program, Pinnable {
  readonly spec: ProgramSpec
  attach(point?: AttachPoint): Promise<PinnableLink>
}

export interface PinnableMap extends KernelMap, Pinnable {
  readonly spec: MapSpec
  /** Of a struct_ops map without link: puts its programs to work, also when nobody has the map open. Throws MapError. */
  register(): void
}

/** A loaded object whose parts can be pinned. */
export interface PinnableObject extends AsyncDisposable {
  readonly spec: ObjectSpec
  readonly programs: Readonly<Record<string, PinnableProgram>>
  readonly maps: Readonly<Record<string, PinnableMap>>
}

export interface ReusingOptions extends LoadOptions {
  /** Maps of the kernel, by id, in place of the object's of these names. */
  readonly reuseMaps?: Readonly<Record<string, number>>
}

/** The files that commands about objects touch. Throws SkepError. */
export interface KernelFiles {
  exists(path: string): boolean
  /** With those above it that are missing, where the folder above them is there. */
  makeFolder(path: string): void
  /** A folder and those below it, in the folders' own order, parents first. */
  foldersBelow(path: string): Iterable<{ readonly path: string; readonly depth: number }>
  /** Where the control groups are. */
  groupMount(): string
}

/** A kernel whose objects commands look at, and load into. */
export interface OpenKernel extends AsyncDisposable {
  readonly objects: KernelObjects
  readonly files: KernelFiles
  load(object: ObjectSpec, options?: ReusingOptions): Promise<PinnableObject>
  /** Runs one program of an object, which is loaded for it. */
  runOnce(object: ObjectSpec, program: string, options: RunOptions): Promise<RunResult>
  /** Lines of the trace pipe as they come; ends when `signal` fires. */
  trace(options: { readonly signal?: AbortSignal }): AsyncIterable<string>
  /** The kernel's own types: /sys/kernel/btf/vmlinux. */
  types(): Btf
  probe(options: ProbeOptions): FeatureReport
}
