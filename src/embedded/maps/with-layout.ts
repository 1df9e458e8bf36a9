import { type Btf, type TypeId, VOID } from "../../btf/index.ts"
import { layoutFinder } from "../fields/index.ts"
import type { MapAttributes, MapHost, MapTypes } from "./map-storage.ts"

/** The attributes with what BTF tells of the values' special fields, where the caller has not found them; of the template too. */
export function withLayout(host: Pick<MapHost, "since">, attributes: MapAttributes): MapAttributes {
  const { inner } = attributes
  const layout = attributes.layout ?? layoutIn(host, attributes.types)
  return {
    ...attributes,
    ...(layout && { layout }),
    ...(inner && { inner: withLayout(host, inner) }),
  }
}

function layoutIn(host: Pick<MapHost, "since">, types: MapTypes | undefined): MapAttributes["layout"] {
  const { btf, value = VOID } = types ?? {}
  if (!btf || !isType(btf, value) || btf.typeOf(btf.resolve(value), "struct") === undefined) return undefined
  const layout = layoutFinder({ btf, kernel: undefined, since: release => host.since(release) }).layoutOf(
    value,
  )
  return layout.fields.length > 0 ? layout : undefined
}

/** Ids come from outside and may be of nothing. */
export function isType(btf: Btf, id: TypeId): boolean {
  return id > 0 && id < btf.count
}
