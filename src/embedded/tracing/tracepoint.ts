import { encodeUtf8 } from "../../base/index.ts"
import type { Tracepoint } from "../../profile/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import type { Attachment } from "./hooks.ts"
import { type Register, runWithArguments, toRegister } from "./kernel-function.ts"
import { type Surroundings, TRACE_FLAGS } from "./trace-flags.ts"

/** What a trace event records: by field name, as its format file lists them. */
export type EventRecord = Readonly<Record<string, number | bigint | string | readonly bigint[]>>

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
  for (const probe of [...probes]) {
    if (probe.kind === "raw") runWithArguments(kernel, [probe.attachment], args.map(toRegister), facts)
    else onEvent(probe.event, [...probe.attachments])
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
  const format = kernel.profile.tracepoint(category, name)
  if (!format) throw new Error(`BUG: ${category}/${name} has programs but no format in this profile`)
  const context = writeRecord(kernel, format, values)
  for (const attachment of attachments)
    kernel.run(attachment, context, { traceFlags: TRACE_FLAGS.event(around) })
  kernel.memory.free(context)
}

/** Where strings of a trace event lie: their offset below, their length above, in one 32-bit field. */
function dataLocation(offset: number, length: number): bigint {
  return BigInt(((length << 16) | offset) >>> 0)
}

/** The record as `perf` lays it out: fixed fields by the format file, dynamic strings behind them. The caller frees it. */
function writeRecord(kernel: KernelCore, format: Tracepoint, values: EventRecord): number {
  const fixed = Math.max(8, ...format.fields.map(field => field.offset + field.size))
  const strings = Object.values(values).reduce(
    (sum: number, value) => sum + (typeof value === "string" ? value.length * 4 + 8 : 0),
    0,
  )
  const address = kernel.memory.alloc(fixed + strings)
  let dynamic = fixed
  for (const field of format.fields) {
    const value = values[field.name]
    if (value === undefined) continue
    if (typeof value === "string") {
      const text = encodeUtf8(`${value}\0`)
      if (field.dynamic) {
        kernel.memory.write(address + dynamic, text)
        writeInteger(kernel, address + field.offset, field.size, dataLocation(dynamic, text.length))
        dynamic += text.length
      } else kernel.memory.write(address + field.offset, text.subarray(0, field.size))
    } else if (typeof value === "object") {
      const size = field.size / value.length
      value.forEach((item, index) => {
        writeInteger(kernel, address + field.offset + index * size, size, item)
      })
    } else writeInteger(kernel, address + field.offset, field.size, BigInt(value))
  }
  return address
}

function writeInteger(kernel: KernelCore, address: number, size: number, value: bigint): void {
  let rest = BigInt.asUintN(64, value)
  for (let index = 0; index < size; index++, rest >>= 8n)
    kernel.memory.bytes[address + index] = Number(rest & 0xffn)
}

/** The fields that trace events of tasks share. */
export function taskFields(task: KernelObject): { pid: number; comm: string } {
  return { pid: task.number("pid"), comm: task.text("comm") }
}
