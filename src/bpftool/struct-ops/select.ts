import { SkepError, UsageError } from "../../base/index.ts"
import type { Btf, TypeId } from "../../btf/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { KernelObjects, MapFacts } from "../../kernel/index.ts"
import type { VerbContext } from "../objects/noun.ts"
import { allMaps, mapById } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"

/** The kernel wraps the value of a struct_ops map into a struct of this name. */
const PREFIX = "bpf_struct_ops_"

export interface SelectedMaps {
  readonly maps: readonly MapFacts[]
  /** By id: it stands alone in JSON. */
  readonly isOne: boolean
}

/** The struct_ops maps that the words name: all when there are none. */
export function selectStructOps(words: Words, kernel: KernelObjects): SelectedMaps {
  if (words.isEmpty) return { maps: allMaps(kernel).filter(isStructOps), isOne: false }
  switch (words.take("id", "name")) {
    case "id": {
      const map = mapById(kernel, words.number("ID"))
      words.end()
      if (isStructOps(map)) return { maps: [map], isOne: true }
      throw new SkepError(`${map.name} id ${map.id} is not a struct_ops map`)
    }
    case "name": {
      const name = words.next("a name")
      words.end()
      const maps = allMaps(kernel).filter(map => isStructOps(map) && map.name === name)
      if (maps.length > 0) return { maps, isOne: false }
      throw new SkepError(`no struct_ops found for ${name} (ENOENT)`, { errno: "ENOENT" })
    }
    default:
      throw new UsageError(`expected 'id' or 'name', got: '${words.peek()}'`)
  }
}

function isStructOps({ type }: MapFacts): boolean {
  return mapType(type)?.name === "struct_ops"
}

export async function kernelTypes({ kernel }: VerbContext): Promise<Btf> {
  return (await kernel()).types()
}

/** The kernel's type of the map's value: "bpf_struct_ops_tcp_congestion_ops". */
export function valueTypeName(types: Btf, { kernelValueType }: MapFacts): string {
  const type = types.type(kernelValueType as TypeId)
  return "name" in type ? type.name : ""
}

/** What the programs stand in for: "tcp_congestion_ops". */
export function structName(types: Btf, facts: MapFacts): string {
  return valueTypeName(types, facts).slice(PREFIX.length)
}
