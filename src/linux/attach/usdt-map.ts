import type { UsdtMap } from "../../kernel/index.ts"
import { MAP_ELEMENT } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import type { CreatedMap } from "../load/create-maps.ts"

/** A map of an object as descriptions of USDT arguments are written to it. */
export function usdtMap(bpf: Bpf, map: CreatedMap | undefined): UsdtMap | undefined {
  if (!map) return undefined
  const { spec, descriptor, maxEntries } = map
  return {
    valueSize: spec.valueSize,
    valueType: spec.valueType,
    maxEntries,
    update(key, value, flags) {
      bpf.call("BPF_MAP_UPDATE_ELEM", MAP_ELEMENT, { map_fd: descriptor.fd, key, value, flags })
    },
    remove(key) {
      if (descriptor.isOpen) bpf.try("BPF_MAP_DELETE_ELEM", MAP_ELEMENT, { map_fd: descriptor.fd, key })
    },
  }
}
