import { decodeUtf8, encodeUtf8, ProfileError } from "../base/index.ts"
import { type Btf, readBtf } from "../btf/index.ts"
import { ARCHITECTURE_NAMES, type ArchitectureName } from "../catalog/index.ts"
import { architectureNamed, kernelImage } from "./architecture.ts"
import { SymbolTable } from "./symbol-table.ts"
import { parseTracepoint, type Tracepoint } from "./tracepoint-format.ts"

/** The small facts of a kernel, kept as JSON. */
export interface ProfileFacts {
  /** Release family as the catalogue counts it: "6.12". */
  readonly release: string
  /** What `uname -r` prints. */
  readonly version: string
  readonly architecture: ArchitectureName
  /** /proc/version. */
  readonly banner: string
  readonly cpus: number
  /** Active security modules, in order. */
  readonly lsms: readonly string[]
  /** Set when a part was written by hand instead of captured from a kernel: what, and why. */
  readonly handMade?: string
}

/** Sections of a profile, all of them text but "btf". */
export interface ProfileSections {
  readonly btf: Uint8Array
  readonly symbols: Uint8Array
  /** "@ category/name" lines, each with its format file behind it. */
  readonly events: Uint8Array
  /** The kernel's configuration file. */
  readonly config: Uint8Array
}

/** What programs can observe of one kernel build. Sections are read when something asks for them. */
export class KernelProfile {
  readonly facts: ProfileFacts
  readonly #sections: ProfileSections
  readonly #overlaid: Btf | undefined
  #btf: Btf | undefined
  #symbols: SymbolTable | undefined
  #events: Map<string, string> | undefined
  readonly #tracepoints = new Map<string, Tracepoint>()
  #config: Map<string, string> | undefined

  /** `btf` replaces the section's: for overlays that add types. */
  constructor(facts: ProfileFacts, sections: ProfileSections, btf?: Btf) {
    this.facts = facts
    this.#sections = sections
    this.#overlaid = btf
  }

  get release(): string {
    return this.facts.release
  }

  get version(): string {
    return this.facts.version
  }

  get architecture(): ArchitectureName {
    return this.facts.architecture
  }

  /** What it is called among the built-in ones: "6.12", "6.12-arm64". */
  get name(): string {
    return this.architecture === "x86_64" ? this.release : `${this.release}-${this.architecture}`
  }

  get lsms(): readonly string[] {
    return this.facts.lsms
  }

  /** True when a part was written by hand instead of captured from a kernel. */
  get handMade(): boolean {
    return this.facts.handMade !== undefined
  }

  /** The kernel's own types: /sys/kernel/btf/vmlinux. */
  btf(): Btf {
    this.#btf ??= this.#overlaid ?? readBtf(this.#sections.btf, { label: `vmlinux ${this.version}` })
    return this.#btf
  }

  /** The bytes of that file; of an overlaid profile those of the kernel below. */
  btfBytes(): Uint8Array {
    return this.#sections.btf
  }

  symbols(): SymbolTable {
    this.#symbols ??= new SymbolTable(this.#sections.symbols, kernelImage(this.architecture).upper)
    return this.#symbols
  }

  /** True when ftrace (and so fentry, kprobe.multi) can attach: available_filter_functions. */
  isTraceable(name: string): boolean {
    return this.symbols()
      .findAll(name)
      .some(symbol => symbol.traceable)
  }

  /** True when kprobes are refused: /sys/kernel/debug/kprobes/blacklist. */
  isBlacklisted(name: string): boolean {
    return this.symbols()
      .findAll(name)
      .some(symbol => symbol.blacklisted)
  }

  /** Functions of this kernel whose names are near to an absent one, best first. */
  nearestFunctions(name: string): string[] {
    return this.symbols().nearestFunctions(name)
  }

  /** A trace event by the words of its section: tp/<category>/<name>. */
  tracepoint(category: string, name: string): Tracepoint | undefined {
    const key = `${category}/${name}`
    const known = this.#tracepoints.get(key)
    if (known) return known
    const format = this.#formats().get(key)
    if (format === undefined) return undefined
    const tracepoint = parseTracepoint(category, name, format)
    this.#tracepoints.set(key, tracepoint)
    return tracepoint
  }

  /** Every trace event, in the order of available_events' folders. */
  tracepoints(): readonly Tracepoint[] {
    return [...this.#formats().keys()].map(key => {
      const slash = key.indexOf("/")
      const tracepoint = this.tracepoint(key.slice(0, slash), key.slice(slash + 1))
      if (!tracepoint) throw new Error(`BUG: event ${key} has no format`)
      return tracepoint
    })
  }

  /** The same kernel, built with other options: "CONFIG_BPF_LIRC_MODE2" → "y". */
  withConfig(options: Readonly<Record<string, string>>): KernelProfile {
    const lines = Object.entries(options).map(([name, value]) => `\n${name}=${value}`)
    const config = encodeUtf8(decodeUtf8(this.#sections.config) + lines.join(""))
    return new KernelProfile(this.facts, { ...this.#sections, config }, this.btf())
  }

  /** The value of a configuration option ("CONFIG_HZ" → "250", "CONFIG_BPF" → "y"); undefined when it is not set. */
  config(option: string): string | undefined {
    this.#config ??= parseConfig(decodeUtf8(this.#sections.config))
    return this.#config.get(option)
  }

  /** The sections as they are, for overlays and for writing the profile again. */
  sections(): ProfileSections {
    return this.#sections
  }

  #formats(): Map<string, string> {
    if (this.#events) return this.#events
    const events = new Map<string, string>()
    for (const part of decodeUtf8(this.#sections.events).split(/^@ /m).slice(1)) {
      const end = part.indexOf("\n")
      events.set(part.slice(0, end), part.slice(end + 1))
    }
    this.#events = events
    return events
  }
}

function parseConfig(text: string): Map<string, string> {
  const options = new Map<string, string>()
  for (const match of text.matchAll(/^(CONFIG_[A-Za-z0-9_]+)=(.*)$/gm))
    options.set(match[1] as string, match[2] as string)
  return options
}

/** Checks what a profile file says of itself. */
export function checkFacts(facts: unknown, label: string): ProfileFacts {
  const { release, version, architecture, banner, cpus, lsms, handMade } = (facts ??
    {}) as Partial<ProfileFacts>
  const sound =
    [release, version, banner, handMade ?? ""].every(text => typeof text === "string") &&
    Number.isInteger(cpus) &&
    Array.isArray(lsms) &&
    lsms.every(name => typeof name === "string")
  if (!sound) throw new ProfileError(`${label}: the header lacks release, version, banner, cpus or lsms`)
  if (architectureNamed(architecture)) return facts as ProfileFacts
  throw new ProfileError(
    `${label}: architecture ${String(architecture)} is not known, only ${ARCHITECTURE_NAMES.join(" and ")}`,
  )
}
