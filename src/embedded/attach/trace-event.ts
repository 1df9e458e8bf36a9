import { AttachError, didYouMean, errnoText } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { isModelled } from "../tracing/kernel-function.ts"
import { SYSCALL_EVENTS, syscallFunction } from "../tracing/syscall.ts"
import { isTracepointModelled } from "../tracing/tracepoint.ts"
import { type Attacher, noteFor, requireTypeOfEvent } from "./attached.ts"
import { requireAttachRight } from "./rights.ts"

export const attachTraceEvent: Attacher<"tracepoint"> = (kernel, point, attachment) => {
  const { program } = attachment
  const { category, name } = point
  if (!kernel.profile.tracepoint(category, name))
    throw new AttachError(
      `prog '${program.name}': failed to determine tracepoint '${category}/${name}' perf event ID: ${errnoText("ENOENT")}`,
      { errno: "ENOENT", hint: nearestEvents(kernel, category, name) },
    )
  requireAttachRight(
    kernel,
    program,
    point,
    ({ errno, hint }) =>
      new AttachError(
        `prog '${program.name}': failed to open tracepoint '${category}/${name}' perf event: ${errnoText(errno)}`,
        { errno, hint },
      ),
  )
  requireTypeOfEvent(program, point)
  if (category === "syscalls") {
    const side = name.startsWith("sys_exit_") ? "sys_exit" : "sys_enter"
    const syscall = name.slice(side.length + 1)
    const remove = kernel.hooks.addEvent(side, SYSCALL_EVENTS, { ...attachment, event: name })
    return { point, remove, note: noteFor(isModelled(syscallFunction(kernel, syscall)), `${syscall}(2)`) }
  }
  const remove = kernel.hooks.addEvent(name, `${category}/${name}`, attachment)
  return { point, remove, note: noteFor(isTracepointModelled(name), `${category}/${name}`) }
}

function nearestEvents(kernel: KernelCore, category: string, name: string): string {
  const events = kernel.profile.tracepoints()
  const elsewhere = events
    .filter(event => event.name === name)
    .map(event => `${event.category}/${event.name}`)
  if (elsewhere.length > 0) return `did you mean ${elsewhere.join(" or ")}?`
  const inCategory = events.filter(event => event.category === category).map(event => event.name)
  if (inCategory.length === 0) return `there is no category ${category} in available_events`
  return didYouMean(name, inCategory) ?? `category ${category} has no event ${name}`
}
