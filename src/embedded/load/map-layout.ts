import type { Btf } from "../../btf/index.ts"
import type { MapSpec, ObjectSpec } from "../../object/index.ts"
import type { KernelProfile } from "../../profile/index.ts"
import { type LayoutFinder, layoutFinder, type PlacedVariable, type ValueLayout } from "../fields/index.ts"

interface LayoutHost {
  readonly profile: KernelProfile
  since(release: string): boolean
}

/** Finds special fields in an object's types; undefined when it has no types. */
export function layoutsOf({ btf }: ObjectSpec, host: LayoutHost): LayoutFinder | undefined {
  return btf && layoutFinder({ btf, kernel: host.profile.btf(), since: release => host.since(release) })
}

/** Where the values of a map have special fields; undefined when they have none. */
export function mapLayout(spec: MapSpec, object: ObjectSpec, layouts: LayoutFinder): ValueLayout | undefined {
  const { valueType, valueSize, kind } = spec
  if (valueType === undefined || !object.btf) return undefined
  // The object's own description of a data section has no offsets: the loader knows them.
  const layout =
    kind === "map"
      ? layouts.layoutOf(valueType)
      : layouts.layoutOfSection(variablesOf(spec, object, object.btf), valueSize)
  return layout.fields.length === 0 ? undefined : layout
}

function variablesOf({ name: map, valueType }: MapSpec, { globals }: ObjectSpec, btf: Btf): PlacedVariable[] {
  const section = btf.typeOf(valueType ?? 0, "datasec")
  return (section?.variables ?? []).flatMap(({ type }) => {
    const name = btf.typeOf(type, "var")?.name
    const place = globals.find(global => global.map === map && global.name === name)
    return place ? [{ variable: type, offset: place.offset }] : []
  })
}
