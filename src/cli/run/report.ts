import { type Btf, unterminatedText } from "../../btf/index.ts"
import { describePoint, eventType, type KernelMap, type Link, type Sample } from "../../kernel/index.ts"
import type { MapSpec, ProgramSpec } from "../../object/index.ts"

/** What one run gave, as plain data. */
export interface RunReport {
  readonly kernel: "embedded" | "linux"
  readonly release: string
  readonly version: string
  /** Set when the profile was written by hand, not captured from a real kernel. */
  readonly handMade: boolean
  readonly programs: readonly {
    readonly name: string
    readonly type: string
    readonly section: string
    readonly attachedTo: string | undefined
    /** Undefined where the kernel does not count. */
    readonly runs: number | undefined
    readonly verification: string
    /** What the verifier walked; undefined without it. */
    readonly verifiedInstructions: number | undefined
    readonly note: string | undefined
  }[]
  /** Of a run on a capture's packets. */
  readonly packets?: PacketReport
  readonly events: readonly {
    readonly map: string
    readonly value: unknown
    readonly bytes: Uint8Array
    /** Members whose text fills its array: nothing ends it, and there may have been more. */
    readonly unterminated?: readonly string[]
  }[]
  readonly tracePipe: readonly string[]
  readonly maps: readonly {
    readonly name: string
    readonly type: string
    /** True for data sections, whose only value holds global variables. */
    readonly section: boolean
    readonly maxEntries: number
    readonly entries: readonly { readonly key: unknown; readonly value: unknown }[]
    /** Entries that were not listed. */
    readonly more: number
    readonly lost: number
  }[]
}

/** What became of packets that came in on an interface. */
export interface PacketReport {
  readonly interface: string
  readonly received: number
  readonly sent: number
  /** Where what was sent is written. */
  readonly file?: string
  /** How often each program returned what: the UAPI's name of it, or the number. */
  readonly verdicts: readonly { readonly program: string; readonly action: string; readonly count: number }[]
}

const MAX_ENTRIES = 64
/** Types without entries of their own to show. */
const EVENT_MAPS = new Set(["perf_event_array", "ringbuf", "user_ringbuf"])

/** What a run leaves, on either kernel. */
export interface RunSource extends Pick<RunReport, "kernel" | "release" | "version" | "handMade"> {
  readonly object: {
    readonly spec: { readonly btf: Btf | undefined }
    readonly programs: Readonly<Record<string, RunProgram>>
    readonly maps: Readonly<Record<string, RunMap>>
  }
  readonly links: readonly RunLink[]
  readonly packets?: PacketReport
  readonly events: readonly Sample[]
  readonly tracePipe: readonly string[]
}

interface RunProgram {
  readonly name: string
  readonly type: string
  readonly verification: string
  readonly verifiedInstructions: number | undefined
  readonly spec: ProgramSpec
  readonly runs?: number
}

interface RunMap extends Pick<KernelMap, "name" | "type" | "maxEntries" | "get" | "entries"> {
  readonly spec: MapSpec
  readonly lost: number
}

interface RunLink extends Pick<Link, "point"> {
  readonly program: unknown
  readonly note?: string | undefined
}

export async function collectReport(source: RunSource): Promise<RunReport> {
  const { kernel, release, version, handMade, object, packets, tracePipe } = source
  const events = source.events.map(sample => eventRow(sample, object.spec.btf))
  const maps = await Promise.all(Object.values(object.maps).map(map => collectMap(map)))
  const head = { kernel, release, version, handMade, programs: programRows(source) }
  return { ...head, ...(packets && { packets }), events, tracePipe, maps }
}

function eventRow({ map, value, bytes }: Sample, btf: Btf | undefined): RunReport["events"][number] {
  const type = btf && eventType(btf, bytes.length)
  const unterminated = type === undefined ? [] : unterminatedText(btf!, type, bytes)
  return { map, value, bytes, ...(unterminated.length > 0 && { unterminated }) }
}

/** The programs and where they are attached. */
export function programRows({ object, links }: Pick<RunSource, "object" | "links">): RunReport["programs"] {
  return Object.values(object.programs).map(program => {
    const link = links.find(link => link.program === program)
    const { name, type, runs, verification, verifiedInstructions } = program
    const { section } = program.spec
    const checked = { verification, verifiedInstructions }
    const attachedTo = link && (link.point.kind === "trace" ? section : describePoint(link.point))
    return { name, type, section, attachedTo, runs, ...checked, note: link?.note }
  })
}

async function collectMap(map: RunMap): Promise<RunReport["maps"][number]> {
  const { name, type, maxEntries } = map
  if (map.spec.kind !== "map") {
    const value = userVariables((await map.get(0)) as Readonly<Record<string, unknown>>)
    const entries = Object.keys(value).length > 0 ? [{ key: 0, value }] : []
    return { name, type, section: true, maxEntries, entries, more: 0, lost: 0 }
  }
  const entries: { key: unknown; value: unknown }[] = []
  let more = 0
  if (!EVENT_MAPS.has(type))
    for await (const [key, value] of map.entries()) {
      if (entries.length < MAX_ENTRIES) entries.push({ key, value })
      else more += 1
    }
  return { name, type, section: false, maxEntries, entries, more, lost: map.lost }
}

/** The variables of a data section that somebody wrote: not the format strings that bpf_printk leaves there. */
function userVariables(section: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(section).filter(([name]) => !name.includes(".____fmt")))
}
