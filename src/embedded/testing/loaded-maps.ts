import type { EmbeddedObject } from "../load/loaded-object.ts"
import type { TypedMap } from "../load/typed-map.ts"

export function mapOf(object: EmbeddedObject, name: string): TypedMap {
  const found = object.maps[name]
  if (!found) throw new Error(`the object has no map ${name}`)
  return found
}

export async function entriesOf(map: TypedMap): Promise<unknown[]> {
  const entries: unknown[] = []
  for await (const entry of map.entries()) entries.push(entry)
  return entries
}
