import type { MapAttributes, MapHost } from "./map-storage.ts"
import { VacantMap } from "./references/vacant-map.ts"

/** struct_ops: one value, the struct of operations; what is in it tells the loader that made it, and who registers it. */
export class StructOpsMap extends VacantMap {
  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes, {
      keys: "index",
      lookup: "EINVAL",
      update: () => "not modelled",
      delete: () => "ENOENT",
    })
  }
}
