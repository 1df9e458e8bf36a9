import { didYouMean, SkepError, UsageError } from "../../base/index.ts"
import { type Btf, tracepointHandler } from "../../btf/index.ts"
import type { Tracepoint, TracepointField } from "../../profile/index.ts"
import type { KernelCore } from "../core.ts"
import { type EventRecord, RecordWriter } from "../tracing/event-record.ts"
import { fireTracepoint, runOnRecord } from "../tracing/tracepoint.ts"

/** A trace event of this kernel, fired by hand with a record of the caller's choice. */
export interface TracepointTrigger {
  /** "sched/sched_switch" */
  readonly name: string
  /** What a record holds, as the event's format file says. */
  readonly fields: readonly TracepointField[]
  /** How many arguments raw_tp and tp_btf programs get. */
  readonly argumentCount: number
  /**
   * Runs what is attached, in the order of attaching: trace event programs with the record (fields left out are 0), raw_tp and
   * tp_btf programs with `args`: numbers, and addresses of kernel memory. Throws UsageError for a field that the event does not
   * have, for a wrong number of arguments, and where raw programs wait and no arguments are given.
   */
  fire(record: EventRecord, args?: readonly (number | bigint)[]): void
}

/** Throws SkepError (ENOENT) where this kernel has no such event. */
export function tracepointTrigger(kernel: KernelCore, name: string): TracepointTrigger {
  const event = findEvent(kernel, name)
  if (event.category === "syscalls")
    throw new SkepError(`${name} is an event of a system call: it fires with the call, not by hand`, {
      errno: "EINVAL",
      hint: "do the call: kernel.world.open(…), unlink(…), exec(…)",
    })
  const writer = RecordWriter.of(event)
  const argumentCount = countArguments(kernel.profile.btf(), event.name)
  const key = `${event.category}/${event.name}`
  const checkArguments = (args: readonly unknown[]): void => {
    if (args.length !== argumentCount)
      throw new UsageError(`${key} has ${argumentCount} arguments, and ${args.length} are given`)
  }
  return {
    name: key,
    fields: event.fields,
    argumentCount,
    fire(record, args) {
      writer.check(record)
      if (args) checkArguments(args)
      else if (kernel.hooks.onTracepoint(event.name)?.some(({ kind }) => kind === "raw"))
        throw new UsageError(`raw programs wait on ${key}, which get its ${argumentCount} arguments`, {
          hint: `fire(record, [${Array(argumentCount).fill("0").join(", ")}])`,
        })
      fireTracepoint(kernel, event.name, args ?? [], (_event, attachments) =>
        runOnRecord(kernel, writer, record, attachments),
      )
    },
  }
}

function findEvent({ profile }: KernelCore, name: string): Tracepoint {
  const [category = "", event = ""] = name.split(/[/:]/, 2)
  const found = profile.tracepoint(category, event)
  if (found) return found
  const near = didYouMean(
    name.replace(":", "/"),
    profile.tracepoints().map(each => `${each.category}/${each.name}`),
  )
  throw new SkepError(`this kernel has no trace event '${name}'`, {
    errno: "ENOENT",
    hint: near ?? "names are CATEGORY/NAME, as in available_events",
  })
}

function countArguments(btf: Btf, name: string): number {
  const id = tracepointHandler(btf, name)
  const handler = id === undefined ? undefined : btf.typeOf(id, "func_proto")
  return handler ? handler.params.length - 1 : 0
}
