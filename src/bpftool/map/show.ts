import type { KernelObjects, MapFacts } from "../../kernel/index.ts"
import { deviceJson, devicePlain, mapTypeName, programTypeName, typeColumn } from "../objects/formats.ts"
import type { IdTable } from "../objects/id-table.ts"
import type { JsonWriter } from "../objects/json-writer.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import { pinsJson, pinsPlain, pinTable } from "../objects/pin-table.ts"
import { allMaps, selectMaps } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"

export const show: Verb = {
  names: ["show", "list"],
  words: "[MAP]",
  summary: "list maps, or show those that are named",
  async run(words, context) {
    await showMaps(words, context)
  },
}

async function showMaps(words: Words, { objects, json, flags, out }: VerbContext): Promise<void> {
  const kernel: KernelObjects = await objects()
  const all = words.isEmpty
  const maps = all ? allMaps(kernel) : selectMaps(words, kernel)
  words.end()
  const pins = pinTable(kernel, "map", flags.bpffs === true)
  if (!json) {
    for (const map of maps) out(mapPlain(map, pins))
    return
  }
  const write = (): void => {
    for (const map of maps) mapJson(map, pins, json)
  }
  if (all || maps.length > 1) json.array(write)
  else write()
}

export function mapHeaderPlain({ id, type, name, flags, device }: MapFacts): string {
  const named = name === "" ? "" : `name ${name}  `
  return `${id}: ${typeColumn(mapTypeName(type))}${named}flags 0x${flags.toString(16)}${devicePlain(device)}\n`
}

export function mapHeaderJson({ id, type, name, flags }: MapFacts, json: JsonWriter): void {
  json.field("id", id)
  json.field("type", mapTypeName(type))
  if (name !== "") json.field("name", name)
  json.field("flags", flags | 0)
}

function mapPlain(map: MapFacts, pins: IdTable<string>): string {
  const { btfId, frozen } = map
  const notes = [...(btfId === 0 ? [] : [`btf_id ${btfId}`]), ...(frozen ? ["frozen"] : [])]
  return [
    mapHeaderPlain(map),
    `\tkey ${map.keySize}B  value ${map.valueSize}B  max_entries ${map.maxEntries}`,
    map.memlock === undefined ? "" : `  memlock ${map.memlock}B`,
    ownerPlain(map),
    pinsPlain(pins, map.id),
    notes.length === 0 ? "" : `\n\t${notes.join("  ")}`,
    "\n",
  ].join("")
}

/** Only program arrays have owners, but the kernel tells of more types in the same words. */
function isProgramArray({ type }: MapFacts): boolean {
  return mapTypeName(type) === "prog_array"
}

function ownerPlain(map: MapFacts): string {
  const { ownerType, ownerJited } = map
  if (!isProgramArray(map) || (ownerType === undefined && ownerJited === undefined)) return ""
  const type = ownerType === undefined ? "" : `owner_prog_type ${programTypeName(ownerType)}  `
  return `\n\t${type}${ownerJited === undefined ? "" : `owner${ownerJited ? "" : " not"} jited`}`
}

function mapJson(map: MapFacts, pins: IdTable<string>, json: JsonWriter): void {
  json.object(() => {
    mapHeaderJson(map, json)
    deviceJson(map.device, json)
    json.field("bytes_key", map.keySize)
    json.field("bytes_value", map.valueSize)
    json.field("max_entries", map.maxEntries)
    if (map.memlock !== undefined) json.field("bytes_memlock", map.memlock)
    if (isProgramArray(map)) {
      if (map.ownerType !== undefined) json.field("owner_prog_type", programTypeName(map.ownerType))
      if (map.ownerJited !== undefined) json.field("owner_jited", map.ownerJited)
    }
    json.field("frozen", map.frozen ? 1 : 0)
    if (map.btfId !== 0) json.field("btf_id", map.btfId)
    pinsJson(pins, map.id, json)
  })
}
