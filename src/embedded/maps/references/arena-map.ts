import { NotModelledError } from "../../../base/index.ts"
import type { MapAttributes, MapHost } from "../map-storage.ts"
import { VacantMap } from "./vacant-map.ts"

/** arena: memory that programs and processes share. It can be made; its pages are not modelled. */
export class ArenaMap extends VacantMap {
  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes, {
      keys: "EOPNOTSUPP",
      lookup: "EINVAL",
      update: () => "EOPNOTSUPP",
      delete: () => "EOPNOTSUPP",
    })
  }

  override valueAddress(_offset: number): number {
    throw this.#notModelled()
  }

  override window(_size: number): Uint8Array {
    throw this.#notModelled()
  }

  #notModelled(): NotModelledError {
    return new NotModelledError(
      `map '${this.attributes.name}': the pages of an arena are not modelled by the embedded kernel yet`,
    )
  }
}
