import type { AttachPoint, Kernel, Link, LoadedObject, outcome, World } from "../kernel/index.ts"

/** What a scenario acts on. */
export interface ExhibitContext {
  readonly kernel: Kernel
  readonly world: World
  readonly object: LoadedObject
  /** The attachments by the names of their programs. */
  readonly links: Readonly<Record<string, Link>>
  /** "ok", or the errno of what an action throws. */
  readonly outcome: typeof outcome
  /** Waits until there is something, a second at most: packets take their time on a real kernel. */
  eventually<T>(take: () => T | undefined): Promise<T | undefined>
}

/** What was seen: plain values by name. */
export type Observations = Readonly<Record<string, unknown>>

type Globals = Readonly<Record<string, unknown>>

/** A program, a scenario and what is to be seen: `exhibit.ts` beside `program.bpf.c` has one as its default export. */
export interface Exhibit {
  /** One line for lists: "a firewall that drops ICMP before the stack sees it". */
  readonly title: string
  /** Only these programs; the default is every program whose section does not start with "?". */
  readonly programs?: readonly string[]
  /** Until a release only these: `{ "6.6": [ … ] }` holds before 6.6. */
  readonly programsBefore?: Readonly<Record<string, readonly string[]>>
  /** Programs whose hook came with a release, which older ones do without: `{ "6.9": ["lsm_file_post_open"] }`. */
  readonly programsSince?: Readonly<Record<string, readonly string[]>>
  readonly globals?: Globals | ((world: World) => Globals)
  /** The first release that has what it needs: "6.4". */
  readonly since?: string
  /** Kernel options without which a kernel refuses it: "CONFIG_BPF_LIRC_MODE2". */
  readonly needs?: readonly string[]
  /** Makes devices, groups and sockets that programs are attached to. */
  setUp?(world: World): void | Promise<void>
  /** Where programs go whose section names no place. */
  readonly attach?: Readonly<Record<string, AttachPoint | ((context: ExhibitContext) => AttachPoint)>>
  /** What happens while the programs are attached; gives what was seen. */
  scenario(context: ExhibitContext): Observations | Promise<Observations>
  /** What is to be seen, on both kernels. */
  readonly expected: Observations
  /** What differs until a release: `{ "6.4": { … } }` holds before 6.4. */
  readonly expectedBefore?: Readonly<Record<string, Observations>>
}
