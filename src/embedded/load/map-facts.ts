import type { MapSpec, ObjectSpec } from "../../object/index.ts"
import { type MapFacts, mapFacts, type VerifierKernel } from "../../verifier/index.ts"
import type { MapStorage } from "../maps/index.ts"

/** What the verifier knows of an object's maps: as they were made, with the contents that they have now. */
export function mapFactsOf(
  object: ObjectSpec,
  storages: ReadonlyMap<string, MapStorage>,
  data: (map: MapSpec) => Uint8Array | undefined,
  kernel: VerifierKernel,
): ReadonlyMap<string, MapFacts> {
  const maps = object.maps.map(map => {
    const { attributes } = storages.get(map.name) ?? {}
    if (!attributes) throw new Error(`BUG: map ${map.name} was not created`)
    const { maxEntries, types } = attributes
    // Loaders complete the types of data sections, which this object leaves without sizes.
    const untyped = types || map.kind !== "map" ? {} : { keyType: undefined, valueType: undefined }
    return { ...map, ...untyped, maxEntries, data: data(map) }
  })
  return mapFacts({ ...object, maps }, kernel)
}
