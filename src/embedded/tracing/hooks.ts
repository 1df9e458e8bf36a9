import type { GroupPlace } from "../maps/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"

/** One program on one hook. */
export interface Attachment {
  /** Updates of its link put another one in its place. */
  program: EmbeddedProgram
  readonly cookie: bigint
  /** The id of its link. */
  readonly link?: number
  /** kprobes only: bytes past the function's start. */
  readonly offset: number
  /** syscalls/* programs only: which event they want of the callback that all of them share. */
  readonly event?: string
  /** Of control groups: which, and by which attach type. */
  readonly place?: GroupPlace
}

/** What stands on a probed kernel function, each list in the order of attaching. */
export interface FunctionHooks {
  readonly kprobe: Attachment[]
  readonly fentry: Attachment[]
  /** fmod_ret, and lsm on hooks that return something: the first that returns not zero answers for the function. */
  readonly modifyReturn: Attachment[]
  readonly fexit: Attachment[]
  readonly kretprobe: Attachment[]
  readonly multi: MultiAttachment[]
}

/** One of the functions that a kprobe.multi link stands on. */
export interface MultiAttachment extends Attachment {
  readonly on: "entry" | "return" | "session"
  /** When its link was registered with ftrace, counted like `TracingHooks.kprobesSince`. */
  readonly order: number
}

/**
 * The callbacks registered on one tracepoint, in order. All "tp" programs of one trace event share one callback,
 * the one that perf registers with the first of them.
 */
export type TracepointProbe =
  | { readonly kind: "raw"; readonly attachment: Attachment }
  | { readonly kind: "event"; readonly event: string; readonly attachments: Attachment[] }

/** Every hook of the tracing subsystem: kernel functions by symbol, tracepoints by name. */
export class TracingHooks {
  readonly #functions = new Map<string, FunctionHooks>()
  #registrations = 0
  #kprobes = 0
  #kprobesSince = 0
  readonly #tracepoints = new Map<string, TracepointProbe[]>()

  /** What stands on a function, or undefined when nothing does: the usual case, and a fast one. */
  onFunction(symbol: string): FunctionHooks | undefined {
    return this.#functions.get(symbol)
  }

  /** Every function that something stands on. */
  functions(): ReadonlyMap<string, FunctionHooks> {
    return this.#functions
  }

  onTracepoint(name: string): readonly TracepointProbe[] | undefined {
    return this.#tracepoints.get(name)
  }

  /** When the callback was registered with ftrace that all kprobes share: with the first of them. */
  get kprobesSince(): number {
    return this.#kprobesSince
  }

  /** Adds a program to a function's list; the answer takes it off again. */
  addFunction(
    symbol: string,
    where: Exclude<keyof FunctionHooks, "multi">,
    attachment: Attachment,
  ): () => void {
    const isProbe = where === "kprobe" || where === "kretprobe"
    if (isProbe && this.#kprobes++ === 0) this.#kprobesSince = ++this.#registrations
    const takeOff = this.#add(symbol, hooks => hooks[where], attachment)
    return () => {
      takeOff()
      if (isProbe) this.#kprobes -= 1
    }
  }

  /** Adds a program to many functions, each with a cookie of its own; the answer takes it off all of them. */
  addMany(targets: ReadonlyMap<string, Attachment>, on: MultiAttachment["on"]): () => void {
    const order = ++this.#registrations
    const takeOff = [...targets].map(([symbol, attachment]) =>
      this.#add(symbol, ({ multi }) => multi, { ...attachment, on, order }),
    )
    return () => {
      for (const each of takeOff) each()
    }
  }

  #add<T extends Attachment>(
    symbol: string,
    listOf: (hooks: FunctionHooks) => T[],
    attachment: T,
  ): () => void {
    const hooks = this.#functions.get(symbol) ?? noHooks()
    this.#functions.set(symbol, hooks)
    listOf(hooks).push(attachment)
    return () => {
      remove(listOf(hooks), attachment)
      if (Object.values(hooks).every(list => list.length === 0)) this.#functions.delete(symbol)
    }
  }

  /** A raw_tp or tp_btf program. */
  addRaw(tracepoint: string, attachment: Attachment): () => void {
    const probe: TracepointProbe = { kind: "raw", attachment }
    this.#probes(tracepoint).push(probe)
    return () => this.#dropProbe(tracepoint, probe)
  }

  /** A "tp" program on a trace event, whose callback stands on `tracepoint`. */
  addEvent(tracepoint: string, event: string, attachment: Attachment): () => void {
    const probes = this.#probes(tracepoint)
    let probe = probes.find(probe => probe.kind === "event" && probe.event === event)
    if (probe?.kind !== "event") {
      probe = { kind: "event", event, attachments: [] }
      probes.push(probe)
    }
    const { attachments } = probe
    attachments.push(attachment)
    const shared = probe
    return () => {
      remove(attachments, attachment)
      if (attachments.length === 0) this.#dropProbe(tracepoint, shared)
    }
  }

  #probes(tracepoint: string): TracepointProbe[] {
    const probes = this.#tracepoints.get(tracepoint) ?? []
    this.#tracepoints.set(tracepoint, probes)
    return probes
  }

  #dropProbe(tracepoint: string, probe: TracepointProbe): void {
    const probes = this.#tracepoints.get(tracepoint) ?? []
    remove(probes, probe)
    if (probes.length === 0) this.#tracepoints.delete(tracepoint)
  }
}

function noHooks(): FunctionHooks {
  return { kprobe: [], fentry: [], modifyReturn: [], fexit: [], kretprobe: [], multi: [] }
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item)
  if (index >= 0) list.splice(index, 1)
}
