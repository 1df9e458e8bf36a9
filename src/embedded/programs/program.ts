import { AttachError, type Errno, errnoNumber, LoadError } from "../../base/index.ts"
import type { AttachTypeName } from "../../catalog/index.ts"
import type { ExecutableProgram } from "../../engine/index.ts"
import type { AttachPoint, Program, RunInput, RunOptions, RunResult, UsdtSpecs } from "../../kernel/index.ts"
import type { ProgramSpec } from "../../object/index.ts"
import type { BufferReach, VerifierProgram } from "../../verifier/index.ts"
import type { EmbeddedLink } from "../attach/embedded-link.ts"
import type { KeptCode } from "../load/kept-code.ts"
import type { MapStorage } from "../maps/index.ts"
import type { LoadedBtf } from "../objects/index.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { replaceFunctions } from "./replace-functions.ts"
import type { TracedFunction, TracedFunctions, TracedShape } from "./traced-functions.ts"

/** What a BTF-attached program stands on, found at load. */
export type TraceTarget =
  | { readonly kind: "fentry" | "modifyReturn" | "fexit"; readonly symbol: string }
  | { readonly kind: "lsm"; readonly hook: string; readonly returnsVoid: boolean }
  /** The function that begins at a slot of another program. */
  | { readonly kind: "ext"; readonly program: EmbeddedProgram; readonly start: number }
  | {
      readonly kind: "program"
      readonly program: EmbeddedProgram
      readonly start: number
      readonly on: "entry" | "return"
      readonly shape: TracedShape
    }
  | { readonly kind: "tp_btf"; readonly tracepoint: string }

/** What the loader made of a program spec. */
export interface LoadedProgram {
  readonly id: number
  readonly spec: ProgramSpec
  /** bpftool's name of the type. */
  readonly type: string
  readonly executable: ExecutableProgram
  /** As the verifier saw it. */
  readonly verified: VerifierProgram
  /** Descriptions of USDT arguments, in a map of the program's object. */
  readonly usdt: UsdtSpecs
  readonly target: TraceTarget | undefined
  /** Instructions that the verifier walked over all paths; undefined for a program that was loaded without it. */
  readonly verifiedInstructions: number | undefined
  /** What it touches of buffers that hooks give; undefined likewise. */
  readonly reach: BufferReach | undefined
  /** What the verifier wrote, where the load asked for it. */
  readonly log: string
  /** Its code as a loader gave it, and as the kernel shows it. */
  readonly code: KeptCode
  /** The maps that it uses, in the order in which its code names them. */
  readonly maps: readonly MapStorage[]
  /** The types that came with it. */
  readonly btf: LoadedBtf | undefined
  /** Nanoseconds since boot, and who loaded it. */
  readonly loadTime: bigint
  readonly uid: number
}

/** What programs ask of the kernel that holds them. */
export interface ProgramHost {
  readonly bpfFiles: { pin(program: EmbeddedProgram, path: string): Errno | undefined }
  readonly objects: {
    /** The answer is the loader's hold on the program. */
    admitProgram(program: EmbeddedProgram): () => void
  }
  attach(program: EmbeddedProgram, point: AttachPoint | undefined): Promise<EmbeddedLink>
  testRun(program: EmbeddedProgram, inputs: readonly RunInput[], options: RunOptions): RunResult[]
}

/** A program that the embedded kernel holds. */
export class EmbeddedProgram implements Program {
  readonly id: number
  readonly name: string
  readonly type: string
  readonly verification: "verified" | "not verified"
  /** Instructions that the verifier walked over all paths (`verified_insns`); undefined when it was not asked. */
  readonly verifiedInstructions: number | undefined
  /** The verifier's log, where `logLevel` asked for it. */
  readonly log: string
  readonly spec: ProgramSpec
  readonly verified: VerifierProgram
  readonly usdt: UsdtSpecs
  readonly target: TraceTarget | undefined
  readonly reach: BufferReach | undefined
  readonly #host: ProgramHost
  readonly #links = new Set<EmbeddedLink>()
  readonly code: KeptCode
  readonly maps: readonly MapStorage[]
  readonly btf: LoadedBtf | undefined
  /** Nanoseconds since boot. */
  readonly loadTime: bigint
  readonly uid: number
  #release: (() => void) | undefined
  readonly #own: ExecutableProgram
  #executable: ExecutableProgram
  #tailCalled: ExecutableProgram
  #replacements: readonly { readonly start: number; readonly by: EmbeddedProgram }[] = []
  #traced: readonly TracedFunction[] = []
  /** Programs that have this one in place of a function. */
  readonly #replaced = new Set<EmbeddedProgram>()
  #closed = false
  /** It was attached to the function of another program that it was loaded for: that goes once. */
  hasUsedTarget = false
  #results: Map<number, number> | undefined
  runs = 0

  constructor(loaded: LoadedProgram, host: ProgramHost) {
    this.id = loaded.id
    this.name = loaded.spec.name
    this.type = loaded.type
    this.spec = loaded.spec
    this.#own = loaded.executable
    this.#executable = loaded.executable
    this.#tailCalled = loaded.executable
    this.verified = loaded.verified
    this.usdt = loaded.usdt
    this.target = loaded.target
    this.reach = loaded.reach
    this.verifiedInstructions = loaded.verifiedInstructions
    this.verification = loaded.verifiedInstructions === undefined ? "not verified" : "verified"
    this.log = loaded.log
    this.code = loaded.code
    this.maps = loaded.maps
    this.btf = loaded.btf
    this.loadTime = loaded.loadTime
    this.uid = loaded.uid
    this.#host = host
  }

  /** From here on programs and ids reach it. */
  admit(): void {
    this.#release = this.#host.objects.admitProgram(this)
  }

  /** The attach type that it was loaded for. */
  get attachType(): AttachTypeName | undefined {
    return this.spec.definition?.attachType
  }

  /** What runs: the program with the functions that others have replaced, and with what others watch. */
  get executable(): ExecutableProgram {
    return this.#executable
  }

  /** What runs after a tail call: it goes past what is put in place of the first function, or before it. */
  get tailCalled(): ExecutableProgram {
    return this.#tailCalled
  }

  /** From now on `by` is called instead of the function that begins at a slot; undefined when it is another one's, or watched. */
  replaceFunction(start: number, by: EmbeddedProgram): (() => void) | undefined {
    if ([...this.#replacements, ...this.#traced].some(each => each.start === start)) return undefined
    const replacement = { start, by }
    this.#replacements = [...this.#replacements, replacement]
    by.#replaced.add(this)
    this.#build()
    return () => {
      this.#replacements = this.#replacements.filter(each => each !== replacement)
      by.#replaced.delete(this)
      this.#build()
    }
  }

  /** From now on a program runs when the function that begins at a slot is called, or returns; undefined when it is replaced. */
  traceFunction(
    { start, on, shape }: Extract<TraceTarget, { kind: "program" }>,
    attachment: Attachment,
    functions: TracedFunctions,
  ): (() => void) | undefined {
    if (this.#replacements.some(each => each.start === start)) return undefined
    const known = this.#traced.find(each => each.start === start)
    const traced = known ?? functions.create(this.id, start, shape)
    const takeOff = traced.add(on, attachment)
    if (!known) {
      this.#traced = [...this.#traced, traced]
      this.#build()
    }
    return () => {
      takeOff()
      if (!traced.isEmpty) return
      functions.remove(traced)
      this.#traced = this.#traced.filter(each => each !== traced)
      this.#build()
    }
  }

  #build(): void {
    const replacements = this.#replacements.map(({ start, by }) => ({ start, by: by.executable }))
    this.#executable = replaceFunctions(this.#own, replacements, this.#traced)
    this.#tailCalled = replaceFunctions(
      this.#own,
      replacements.filter(({ start }) => start !== 0),
      this.#traced.filter(({ start }) => start !== 0),
    )
    for (const other of this.#replaced) other.#build()
  }

  /** From now on: how often it has returned each value, as a signed 32-bit number. */
  countResults(): ReadonlyMap<number, number> {
    this.#results ??= new Map()
    return this.#results
  }

  /** Told of every run on a hook: what it returned. */
  noteResult(value: bigint): void {
    if (!this.#results) return
    const low = Number(BigInt.asIntN(32, value))
    this.#results.set(low, (this.#results.get(low) ?? 0) + 1)
  }

  async attach(point?: AttachPoint): Promise<EmbeddedLink> {
    if (this.#closed)
      throw new AttachError(`prog '${this.name}': it has been closed and cannot be attached (EBADF)`, {
        errno: "EBADF",
      })
    const link = await this.#host.attach(this, point)
    this.#links.add(link)
    return link
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** The link ends with this program from now on, or no more. */
  own(link: EmbeddedLink): void {
    this.#links.add(link)
  }

  disown(link: EmbeddedLink): void {
    this.#links.delete(link)
  }

  /** Keeps the program under a path of bpffs beyond this object. Throws LoadError. */
  async pin(path: string): Promise<void> {
    const errno = this.#host.bpfFiles.pin(this, path)
    if (errno)
      throw new LoadError(`prog '${this.name}': cannot be pinned to ${path}: error ${errnoNumber(errno)}`, {
        errno,
      })
  }

  async run(options: RunOptions = {}): Promise<RunResult> {
    const [result] = await this.runMany([options], options)
    if (!result) throw new Error("BUG: a run without a result")
    return result
  }

  /** All inputs lie in memory at once, some hundred at a time, and one call into WebAssembly runs them. */
  async runMany(inputs: readonly RunInput[], options: RunOptions = {}): Promise<RunResult[]> {
    if (this.#closed)
      throw new LoadError(`prog '${this.name}': it has been closed and cannot run (EBADF)`, {
        errno: "EBADF",
      })
    return this.#host.testRun(this, inputs, options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    for (const link of this.#links) await link.detach()
    this.#links.clear()
    this.#release?.()
  }
}
