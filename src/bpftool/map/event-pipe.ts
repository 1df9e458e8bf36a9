import { UsageError } from "../../base/index.ts"
import type { MapEvent } from "../../kernel/index.ts"
import { hexBytes } from "../objects/formats.ts"
import type { JsonWriter } from "../objects/json-writer.ts"
import type { Verb } from "../objects/noun.ts"
import { selectMap } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"

/** PERF_RECORD_*, as JSON names the kinds. */
const RECORD_TYPES = { lost: 2, sample: 9 } as const
const SECOND = 1_000_000_000n

export const eventPipe: Verb = {
  names: ["event_pipe"],
  words: "MAP [cpu N index M]",
  summary:
    "print what programs write to a perf event array, until interrupted; other readers get nothing then",
  async run(words, { io, objects, json, out, untilInterrupted }) {
    const kernel = await objects()
    const { id } = selectMap(words, kernel)
    const at = readPlace(words)
    await untilInterrupted(async signal => {
      signal.addEventListener("abort", () => io.err("Stopping...\n"))
      const each = async (write: (event: MapEvent) => void): Promise<void> => {
        for await (const event of kernel.mapEvents(id, { at, signal })) write(event)
      }
      if (!json) await each(event => out(eventPlain(event)))
      else
        await json.arrayOverTime(() =>
          each(event => {
            eventJson(event, json)
            out(json.take())
          }),
        )
    })
  },
}

function readPlace(words: Words): { readonly cpu: number; readonly index: number } | undefined {
  let [cpu, index]: [number | undefined, number | undefined] = [undefined, undefined]
  while (!words.isEmpty)
    switch (words.take("cpu", "index")) {
      case "cpu":
        cpu = words.number("cpu")
        break
      case "index":
        index = words.number("index")
        break
      default:
        throw new UsageError(`unknown arg ${words.peek()}`)
    }
  if (cpu !== undefined && index !== undefined) return { cpu, index }
  if (cpu === undefined && index === undefined) return undefined
  throw new UsageError("cpu and index must be specified together")
}

function eventPlain(event: MapEvent): string {
  if (event.kind === "lost") return `lost ${event.count} events\n`
  const { time, cpu, index, bytes } = event
  const at = `${time / SECOND}.${String(time % SECOND).padStart(9, "0")}`
  return `== @${at} CPU: ${cpu} index: ${index} =====\n${hexBytes(bytes)}\n`
}

function eventJson(event: MapEvent, json: JsonWriter): void {
  json.object(() => {
    json.field("type", RECORD_TYPES[event.kind])
    json.field("cpu", event.cpu)
    json.field("index", event.index)
    if (event.kind === "sample") {
      json.field("timestamp", event.time)
      json.name("data")
      json.numbers(event.bytes)
    } else
      json.objectField("lost", () => {
        json.field("id", event.id)
        json.field("count", event.count)
      })
  })
}
