import { readFileSync } from "node:fs"
import type { EmbeddedKernel, EmbeddedObject } from "../../src/embedded/index.ts"
import { bootKernel } from "../../src/embedded/index.ts"
import { type ObjectSpec, readObject } from "../../src/object/index.ts"
import { hookValues, prototypeReader, type RawRecord } from "./distil.mjs"
import type { TraceRun } from "./runs.mjs"

/** A record of the embedded kernel in the shape of a golden one, numbers as they are. */
export interface EmbeddedRecord {
  readonly task: "shell" | "child"
  readonly hook: string
  readonly comm: string
  readonly uid: number
  readonly text: string
  readonly values: Readonly<Record<string, unknown>>
  readonly flags: string
}

export interface EmbeddedTrace {
  readonly kernel: EmbeddedKernel
  readonly records: readonly EmbeddedRecord[]
  readonly shell: number
  readonly child: number | undefined
  /** What refused to attach: the program's name and the message. */
  readonly refusals: readonly { readonly program: string; readonly error: Error }[]
}

const objects = new Map<string, ObjectSpec>()

export function groundTruthObject(name: string): ObjectSpec {
  const known = objects.get(name)
  if (known) return known
  const bytes = readFileSync(new URL(`programs/${name}.bpf.o`, import.meta.url))
  const object = readObject(bytes, { name: `${name}.bpf.o` })
  objects.set(name, object)
  return object
}

/** Attaches the run's programs one by one and lets the shell do what the recorded one did. */
export async function traceOnEmbedded(release: string, run: TraceRun): Promise<EmbeddedTrace> {
  const kernel = await bootKernel({ release })
  const object = await kernel.load(groundTruthObject("trace"), { only: run.programs })
  const refusals: { program: string; error: Error }[] = []
  for (const name of run.programs)
    await object.programs[name]?.attach().catch((error: Error) => refusals.push({ program: name, error }))
  if (run.command === "/bin/true") await kernel.world.exec("/bin/true")
  else await runFiles(kernel)
  return { kernel, refusals, ...recordsOf(kernel, object) }
}

/** What programs/files.c does. */
async function runFiles(kernel: EmbeddedKernel): Promise<void> {
  kernel.world.files.create("/bin/files", { mode: 0o755 })
  await kernel.world.exec("/bin/files", {
    body: process => {
      const made = process.open("/tmp/made", { create: true, exclusive: true, write: true, mode: 0o640 })
      if (made.ok) process.close(made.value)
      const again = process.open("/tmp/made")
      if (again.ok) process.close(again.value)
      process.open("/tmp/absent")
      process.unlinkat("/tmp/made")
      process.unlinkat("/tmp/made")
      process.unlink("/tmp/absent")
    },
  })
}

function recordsOf(
  kernel: EmbeddedKernel,
  object: EmbeddedObject,
): Pick<EmbeddedTrace, "records" | "shell" | "child"> {
  const shell = kernel.world.shell.pid
  const prototypes = prototypeReader(kernel.profile)
  const samples = object.events({ records: "record" }).map(({ value }) => value as Record<string, unknown>)
  const lines = kernel.tracePipe.take()
  if (lines.length !== samples.length) throw new Error(`${samples.length} records, ${lines.length} lines`)
  const records = samples.map((sample, index): EmbeddedRecord => {
    const line = lines[index]
    if (!line || line.text !== sample.hook)
      throw new Error(`record ${index} is of ${sample.hook}, its line ${line?.text}`)
    const raw: RawRecord = {
      hook: String(sample.hook),
      function: (sample.function as bigint).toString(16),
      count: Number(sample.count),
      words: (sample.words as bigint[]).map(word => word.toString(16)),
    }
    return {
      task: sample.tgid === shell ? "shell" : "child",
      hook: raw.hook,
      comm: String(sample.comm),
      uid: Number(sample.uid),
      text: String(sample.text),
      values: hookValues(raw, value => value, prototypes, kernel.profile),
      flags: line.flags,
    }
  })
  const child = samples.map(sample => Number(sample.tgid)).find(tgid => tgid !== shell)
  return { records, shell, child }
}
