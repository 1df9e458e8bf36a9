import { spawn } from "node:child_process"
import { toHex, UsageError } from "../../base/index.ts"
import type { LinuxKernel, LinuxObject, LinuxSample } from "../../linux/index.ts"
import { type ObjectSpec, readObject } from "../../object/index.ts"
import type { Io } from "../io.ts"
import { openLinuxKernel } from "../objects/open-objects.ts"
import { collectReport, programRows, type RunSource } from "./report.ts"
import { toJson } from "./report-json.ts"
import { formatValue, headingText, joinBlocks, mapsText, programsText, title } from "./report-text.ts"

export interface LinuxRunOptions {
  /** Path of the object file. */
  readonly object: string
  readonly only?: readonly string[]
  readonly format: "text" | "json"
  /** The run ends with this program; without one, with Ctrl-C. */
  readonly command: readonly string[]
  /** Seconds after which the run ends in any case. */
  readonly seconds?: number
  readonly strace: boolean
}

/**
 * Runs an object on the machine's own kernel until its end, showing records as they come; then everything is detached.
 * Throws SkepError for everything a user can mend.
 */
export async function runOnLinux(options: LinuxRunOptions, io: Io): Promise<void> {
  const spec = readObject(await io.readFile(options.object), { name: options.object })
  await using kernel = await openLinuxKernel(options.strace ? { strace: true } : {}, io)
  const object = await kernel.load(spec, options.only ? { only: options.only } : {})
  for (const warning of object.warnings) io.err(`skep: warning: ${warning}\n`)
  const links = [...(await object.attach()), ...structOpsRows(object)]
  const view = options.format === "json" ? new Collected() : new Live(io)
  const { release, machine } = kernel
  const source = {
    kernel: "linux",
    release,
    version: machine.version,
    handMade: false,
    object,
    links,
  } as const
  view.begin(source)
  const end = new AbortController()
  const readers = [
    (async () => {
      for await (const sample of object.follow({ signal: end.signal })) view.sample(sample)
    })(),
    ...(printsTrace(spec) ? [followTrace(kernel, view, end.signal)] : []),
  ]
  try {
    await untilEnd(options)
  } finally {
    end.abort()
  }
  await Promise.all(readers)
  for (const sample of object.events()) view.sample(sample)
  const report = await collectReport({ ...source, events: view.events, tracePipe: view.lines })
  if (options.format === "json") io.out(toJson(report))
  else io.out(`\n${joinBlocks([mapsText(report, io.style)])}`)
}

/** The programs of struct_ops maps, each attached to its map. */
function structOpsRows({ maps, programs }: LinuxObject): RunSource["links"] {
  return Object.values(maps).flatMap(({ name, spec }) =>
    (spec.structOps?.programs ?? []).map(({ program }) => ({
      program: programs[program],
      point: { kind: "section", section: `struct_ops ${name}` } as const,
    })),
  )
}

/** What a run shows while it lasts. */
interface RunView {
  begin(source: Omit<RunSource, "events" | "tracePipe">): void
  sample(sample: LinuxSample): void
  line(line: string): void
  readonly events: readonly LinuxSample[]
  readonly lines: readonly string[]
}

/** Keeps everything for the end. */
class Collected implements RunView {
  readonly events: LinuxSample[] = []
  readonly lines: string[] = []

  begin(): void {}

  sample(sample: LinuxSample): void {
    this.events.push(sample)
  }

  line(line: string): void {
    this.lines.push(line)
  }
}

/** Prints at once, and keeps nothing. */
class Live implements RunView {
  readonly events: readonly LinuxSample[] = []
  readonly lines: readonly string[] = []
  readonly #io: Io

  constructor(io: Io) {
    this.#io = io
  }

  begin(source: Parameters<RunView["begin"]>[0]): void {
    const { style } = this.#io
    const programs = programsText({ programs: programRows(source) }, style)
    this.#io.out(joinBlocks([headingText(source, style), programs, title(style, "events")]))
  }

  sample({ map, value, bytes }: LinuxSample): void {
    const isStruct = typeof value === "object" && value !== null && !(value instanceof Uint8Array)
    const text = isStruct
      ? Object.entries(value)
          .map(([name, part]) => `${name}=${formatValue(part)}`)
          .join(" ")
      : toHex(bytes, " ")
    this.#io.out(`  ${map}  ${text}\n`)
  }

  line(line: string): void {
    this.#io.out(`${line}\n`)
  }
}

const CALL = 0x85
/** bpf_trace_printk, bpf_trace_vprintk. */
const PRINTERS: readonly number[] = [6, 177]

/** The trace pipe is the whole machine's: it is read only for programs that write there. */
function printsTrace({ programs }: ObjectSpec): boolean {
  return programs.some(({ instructions }) =>
    instructions.some(({ opcode, src, imm }) => opcode === CALL && src === 0 && PRINTERS.includes(imm)),
  )
}

async function followTrace(kernel: LinuxKernel, view: RunView, signal: AbortSignal): Promise<void> {
  for await (const line of kernel.trace({ signal })) view.line(line)
}

/** Ctrl-C, SIGTERM, the end of the command, or the end of the time: whatever comes first. */
async function untilEnd({ command, seconds, format }: LinuxRunOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const [program, ...args] = command
    // Standard output is the report's where that is JSON.
    const child =
      program === undefined
        ? undefined
        : spawn(program, args, { stdio: ["inherit", format === "json" ? 2 : "inherit", "inherit"] })
    const timer = setTimeout(() => done(), seconds === undefined ? MAX_DELAY : seconds * 1000)
    const done = (): void => {
      clearTimeout(timer)
      for (const signal of SIGNALS) process.removeListener(signal, done)
      child?.kill()
      resolve()
    }
    for (const signal of SIGNALS) process.once(signal, done)
    child?.once("exit", done)
    child?.once("error", cause => {
      reject(new UsageError(`cannot run ${program}: ${cause.message}`, { cause }))
      done()
    })
  })
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const
/** As long as a timer can be: it keeps the process alive until Ctrl-C. */
const MAX_DELAY = 2 ** 31 - 1
