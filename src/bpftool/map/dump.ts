import { SkepError } from "../../base/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { KernelObjects, MapFacts, OpenMap } from "../../kernel/index.ts"
import { JsonWriter } from "../objects/json-writer.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import { selectMaps } from "../objects/selectors.ts"
import {
  type EntryTypes,
  entryJson,
  entryPlain,
  entryTypes,
  isEmptySlot,
  typedEntry,
  unreadableJson,
  unreadablePlain,
} from "./entry.ts"
import { mapHeaderJson, mapHeaderPlain } from "./show.ts"

export const dump: Verb = {
  names: ["dump"],
  words: "MAP",
  summary: "print every entry of a map: by its types where it has BTF, else its bytes",
  async run(words, context) {
    const kernel = await context.objects()
    const maps = selectMaps(words, kernel)
    words.end()
    if (maps.length === 0) throw new SkepError("no such map (ENOENT)", { errno: "ENOENT" })
    dumpMaps(maps, kernel, context)
  },
}

function dumpMaps(maps: readonly MapFacts[], kernel: KernelObjects, { json, out, io }: VerbContext): void {
  const several = maps.length > 1
  // Without -j, types make JSON too: for people.
  const typed = json === undefined && maps.every(map => map.btfId !== 0)
  const writer = json ?? (typed ? new JsonWriter(true) : undefined)
  for (const map of maps)
    if (mapType(map.type)?.name === "reuseport_sockarray" && map.valueSize !== 8)
      io.err("Warning: cannot read values from reuseport_sockarray map with value_size != 8\n")
  if (!writer) {
    out(maps.map(map => dumpPlain(map, kernel, several)).join("\n"))
    return
  }
  const write = (): string[] => maps.map(map => dumpJson(map, kernel, writer, several, typed))
  let errors: string[] = []
  if (several)
    writer.array(() => {
      errors = write()
    })
  else errors = write()
  if (typed) out(`${errors.join("")}${writer.text}\n`)
}

function dumpPlain(facts: MapFacts, kernel: KernelObjects, withHeader: boolean): string {
  using map = kernel.openMap(facts.id)
  const lines = withHeader ? [mapHeaderPlain(facts)] : []
  let count = 0
  for (const key of keysOf(map)) {
    const value = map.lookup(key)
    if (value instanceof Uint8Array) {
      lines.push(entryPlain(facts, key, value))
      count += 1
    } else if (!isEmptySlot(facts, value.errno)) lines.push(unreadablePlain(facts, key, value.errno))
  }
  lines.push(`Found ${count} element${count === 1 ? "" : "s"}\n`)
  return lines.join("")
}

/** Gives what could not be read as text, where the JSON is for people. */
function dumpJson(
  facts: MapFacts,
  kernel: KernelObjects,
  json: JsonWriter,
  withHeader: boolean,
  isPlain: boolean,
): string {
  using map = kernel.openMap(facts.id)
  const types = entryTypes(facts, kernel)
  let errors = ""
  const elements = (): void =>
    json.array(() => {
      errors = writeElements(map, types, json, isPlain)
    })
  if (!withHeader) elements()
  else
    json.object(() => {
      mapHeaderJson(facts, json)
      json.name("elements")
      elements()
    })
  return errors
}

function writeElements(
  map: OpenMap,
  types: EntryTypes | undefined,
  json: JsonWriter,
  isPlain: boolean,
): string {
  const { facts } = map
  let errors = ""
  for (const key of keysOf(map)) {
    const value = map.lookup(key)
    if (value instanceof Uint8Array) {
      if (!isPlain) entryJson(facts, types, key, value, json)
      else if (types) typedEntry(facts, types, key, value, json, true)
      else errors += entryPlain(facts, key, value)
    } else if (!isEmptySlot(facts, value.errno)) {
      if (isPlain) errors += unreadablePlain(facts, key, value.errno)
      else unreadableJson(key, value.errno, json)
    }
  }
  return errors
}

function* keysOf(map: OpenMap): Generator<Uint8Array> {
  for (let key = map.nextKey(undefined); key; key = map.nextKey(key)) yield key
}
