import type { Task } from "./task.ts"

/** Told of an event of the task on the CPU. */
export type EventListener = (task: Task) => void

/** Who samples the events that the kernel itself counts, by their names for perf_event_open(2). */
export interface SoftwareEvents {
  /** A task leaves the CPU, while it is still the current one. */
  readonly "context-switches": Set<EventListener>
  /** A task needs a page of its memory that is not there. */
  readonly "page-faults": Set<EventListener>
}

export function softwareEvents(): SoftwareEvents {
  return { "context-switches": new Set(), "page-faults": new Set() }
}

/** Tells everybody; who stops listening meanwhile is told once more. */
export function tellEvent(listeners: ReadonlySet<EventListener>, task: Task): void {
  if (listeners.size > 0) for (const listener of [...listeners]) listener(task)
}
