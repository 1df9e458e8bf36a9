import type { KernelObjects, ObjectKind } from "../../kernel/index.ts"
import { IdTable } from "./id-table.ts"
import type { JsonWriter } from "./json-writer.ts"

/** Paths of pinned objects of a kind, by id; empty unless they were asked for. */
export function pinTable(kernel: KernelObjects, kind: ObjectKind, isWanted: boolean): IdTable<string> {
  const table = new IdTable<string>()
  if (isWanted) for (const { id, path } of kernel.pins(kind)) table.append(id, path)
  return table
}

export function pinsPlain(pins: IdTable<string>, id: number): string {
  return pins
    .of(id)
    .map(path => `\n\tpinned ${path}`)
    .join("")
}

/** Every object has the member as soon as one is pinned. */
export function pinsJson(pins: IdTable<string>, id: number, json: JsonWriter): void {
  if (pins.isEmpty) return
  json.arrayField("pinned", () => {
    for (const path of pins.of(id)) json.string(path)
  })
}
