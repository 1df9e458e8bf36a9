import { type Btf, readBtf, type TypeId } from "../../btf/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { KernelObjects, ProgramFacts } from "../../kernel/index.ts"
import { writeBtfValue } from "../objects/btf-value.ts"
import { JsonWriter } from "../objects/json-writer.ts"

/** A constant of a program whose name starts with "bpf_metadata_": what its author wanted to be seen. */
export interface Metadata {
  readonly name: string
  readonly type: TypeId
  readonly bytes: Uint8Array
  readonly btf: Btf
}

const PREFIX = "bpf_metadata_"

/** The metadata in a program's read-only data. */
export function programMetadata({ mapIds }: ProgramFacts, kernel: KernelObjects): Metadata[] {
  for (const id of mapIds) {
    const map = kernel.map(id)
    if (!map || mapType(map.type)?.name !== "array" || map.valueType === 0) continue
    if (map.keySize !== 4 || map.maxEntries !== 1 || !map.name.includes(".rodata")) continue
    using open = kernel.openMap(id)
    const value = open.lookup(new Uint8Array(4))
    if (!(value instanceof Uint8Array)) return []
    const btf = readBtf(kernel.btfBytes(map.btfId), { label: `btf ${map.btfId}` })
    const section = btf.type(map.valueType)
    if (section.kind !== "datasec") return []
    return section.variables.flatMap(({ type, offset }) => {
      const variable = btf.type(type)
      if (variable.kind !== "var" || !variable.name.startsWith(PREFIX)) return []
      const name = variable.name.slice(PREFIX.length)
      return [{ name, type: variable.type, bytes: value.subarray(offset), btf }]
    })
  }
  return []
}

export function metadataPlain(metadata: readonly Metadata[]): string {
  if (metadata.length === 0) return ""
  const lines = metadata.map(({ name, type, bytes, btf }) => {
    const json = new JsonWriter(false)
    writeBtfValue(json, btf, type, bytes, { isPlain: true })
    return `\n\t\t${name} = ${json.text}`
  })
  return `\tmetadata:${lines.join("")}\n`
}

export function metadataJson(metadata: readonly Metadata[], json: JsonWriter): void {
  if (metadata.length === 0) return
  json.objectField("metadata", () => {
    for (const { name, type, bytes, btf } of metadata) {
      json.name(name)
      writeBtfValue(json, btf, type, bytes, { isPlain: false })
    }
  })
}
