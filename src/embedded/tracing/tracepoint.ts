import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { type EventRecord, RecordWriter } from "./event-record.ts"
import type { Attachment } from "./hooks.ts"
import { type Register, runWithArguments, toRegister } from "./kernel-function.ts"
import { type Surroundings, TRACE_FLAGS } from "./trace-flags.ts"

/** A tracepoint of the modelled kernel: firing it runs everything that is attached to it. */
export type TracepointFunction<Args extends readonly Register[]> = (kernel: KernelCore, ...args: Args) => void

const modelled = new Set<string>()

/** True when the embedded kernel fires this tracepoint somewhere. */
export function isTracepointModelled(name: string): boolean {
  return modelled.has(name)
}

/** For tracepoints that are fired by other means than `tracepoint()`. */
export function declareTracepoint(name: string): string {
  modelled.add(name)
  return name
}

/** Runs what trace event programs get: `event` is the probe's key, its programs in order. */
type EventRunner = (event: string, attachments: readonly Attachment[]) => void

/**
 * Writes a tracepoint once: its arguments go to raw_tp and tp_btf programs as they are, `record` turns them into
 * the fields that "tp" programs see. Callbacks run in the order in which they were registered.
 */
export function tracepoint<Args extends readonly Register[]>(
  category: string,
  name: string,
  record: (kernel: KernelCore, ...args: Args) => EventRecord,
  around: Surroundings = {},
): TracepointFunction<Args> {
  modelled.add(name)
  return (kernel, ...args) =>
    fireTracepoint(
      kernel,
      name,
      args,
      (_event, attachments) =>
        runRecorded(kernel, category, name, record(kernel, ...args), attachments, around),
      around,
    )
}

/** Runs everything registered on a tracepoint; `onEvent` makes the context of trace event programs. */
export function fireTracepoint(
  kernel: KernelCore,
  name: string,
  args: readonly Register[],
  onEvent: EventRunner,
  around: Surroundings = {},
): void {
  const probes = kernel.hooks.onTracepoint(name)
  if (!probes) return
  // One object for all: they run in one section, with interrupts on or off.
  const facts = { traceFlags: TRACE_FLAGS.raw(around) }
  for (const probe of probes.slice()) {
    if (probe.kind === "raw") runWithArguments(kernel, [probe.attachment], args.map(toRegister), facts)
    else onEvent(probe.event, probe.attachments.slice())
  }
}

/** Runs trace event programs on a record laid out by the event's format file. */
export function runRecorded(
  kernel: KernelCore,
  category: string,
  name: string,
  values: EventRecord,
  attachments: readonly Attachment[],
  around: Surroundings = {},
): void {
  const event = kernel.profile.tracepoint(category, name)
  if (!event) throw new Error(`BUG: ${category}/${name} has programs but no format in this profile`)
  runOnRecord(kernel, RecordWriter.of(event), values, attachments, TRACE_FLAGS.event(around))
}

/** Runs trace event programs on a record. */
export function runOnRecord(
  kernel: KernelCore,
  writer: RecordWriter,
  values: EventRecord,
  attachments: readonly Attachment[],
  traceFlags = TRACE_FLAGS.event({}),
): void {
  const context = writer.write(kernel.memory, values)
  for (const attachment of attachments) kernel.run(attachment, context, { traceFlags })
  kernel.memory.free(context)
}

/** The fields that trace events of tasks share. */
export function taskFields(task: KernelObject): { pid: number; comm: string } {
  return { pid: task.number("pid"), comm: task.text("comm") }
}
