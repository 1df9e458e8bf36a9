import { programType } from "../../catalog/index.ts"
import type { MapFacts } from "../../kernel/index.ts"
import { kernelName } from "../../object/index.ts"
import { type MapStorage, ProgArray, shownFlags } from "../maps/index.ts"
import { type MapMachine, mapMemory } from "./map-memory.ts"

export function mapFacts(map: MapStorage, machine: MapMachine): MapFacts {
  const { name, type, keySize, valueSize, maxEntries, types, typeIds } = map.attributes
  return {
    id: map.id,
    type,
    name: kernelName(name),
    flags: shownFlags(map),
    device: undefined,
    keySize,
    valueSize,
    maxEntries,
    memlock: mapMemory(map, machine),
    frozen: map.frozen,
    ...ownerOf(map, machine.isCompiling),
    btfId: typeIds?.btf ?? 0,
    keyType: typeIds?.key ?? 0,
    valueType: typeIds?.value ?? 0,
    kernelValueType: types?.kernelValue ?? 0,
  }
}

/** Of a program array that is in use: what its programs are. */
function ownerOf(map: MapStorage, isCompiling: boolean): Pick<MapFacts, "ownerType" | "ownerJited"> {
  const type = map instanceof ProgArray && map.ownerType !== undefined && programType(map.ownerType)
  return type
    ? { ownerType: type.number, ownerJited: isCompiling }
    : { ownerType: undefined, ownerJited: undefined }
}
