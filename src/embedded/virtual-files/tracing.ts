import type { KernelProfile, Tracepoint } from "../../profile/index.ts"
import type { KernelCore } from "../core.ts"
import type { Folder } from "../files/index.ts"
import { formatTraceLine, type TracePipe } from "../trace-pipe.ts"
import { folderBy, folderOf, shown } from "./folder.ts"

const [FOLDER_MODE, FILE_MODE] = [0o750, 0o440]
/** Records of ftrace itself: they have formats, and nobody can switch them on. */
const NO_EVENTS = "ftrace"

/** tracefs. Who reads the pipe gets what was printed and not read yet, and does not wait for more. */
export function traceFolder({ profile }: KernelCore, pipe: TracePipe): Folder {
  const byCategory = categories(profile)
  const events = folderBy(
    () => byCategory().keys(),
    category => {
      const names = byCategory().get(category)
      return names && { mode: FOLDER_MODE, folder: categoryFolder(profile, category, names) }
    },
  )
  return folderOf({
    available_events: shown(() => availableEvents(byCategory()), FILE_MODE),
    available_filter_functions: shown(() => traceableFunctions(profile), FILE_MODE),
    current_tracer: shown(() => "nop\n", FILE_MODE),
    events: { mode: FOLDER_MODE, folder: events },
    trace_pipe: shown(
      () =>
        pipe
          .take()
          .map(line => `${formatTraceLine(line)}\n`)
          .join(""),
      FILE_MODE,
    ),
    tracing_on: shown(() => "1\n", FILE_MODE),
  })
}

/** Events by category, made once. */
function categories(profile: KernelProfile): () => ReadonlyMap<string, readonly string[]> {
  let known: Map<string, string[]> | undefined
  return () => {
    if (known) return known
    known = new Map()
    for (const { category, name } of profile.tracepoints())
      known.set(category, [...(known.get(category) ?? []), name])
    return known
  }
}

function categoryFolder(profile: KernelProfile, category: string, names: readonly string[]): Folder {
  return folderBy(
    () => names,
    name => {
      const event = profile.tracepoint(category, name)
      return event && { mode: FOLDER_MODE, folder: eventFolder(event) }
    },
  )
}

function eventFolder({ format, id }: Tracepoint): Folder {
  return folderOf({ format: shown(() => format, FILE_MODE), id: shown(() => `${id}\n`, FILE_MODE) })
}

function availableEvents(byCategory: ReadonlyMap<string, readonly string[]>): string {
  return [...byCategory]
    .filter(([category]) => category !== NO_EVENTS)
    .flatMap(([category, names]) => names.map(name => `${category}:${name}\n`))
    .join("")
}

function traceableFunctions(profile: KernelProfile): string {
  const names: string[] = []
  for (const { name, traceable } of profile.symbols().all()) if (traceable) names.push(`${name}\n`)
  return names.join("")
}
