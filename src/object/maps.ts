import { ObjectError } from "../base/index.ts"
import type { Btf, BtfTypeOf } from "../btf/index.ts"
import type { ElfSection } from "./elf.ts"
import type { Externs } from "./externs.ts"
import { MAP_TYPE, type MapDefinition, readMapDefinition } from "./map-definition.ts"
import { dataMapName } from "./names.ts"
import type { DataSection, ObjectSections } from "./sections.ts"
import type { MapKind, MapSpec, StructOpsMember } from "./spec.ts"
import type { DatasecLayout, DatasecVariable } from "./variables.ts"

/** A map while its relocations are still being read. */
export interface MapSource {
  readonly spec: MapSpec
  /** Where the definition (or the data) stands in the file. */
  readonly section: ElfSection | undefined
  /** Of a definition: its variable's place in the section. */
  readonly offset: number
  readonly size: number
  /** Of a definition: its struct. */
  readonly struct: BtfTypeOf<"struct" | "union"> | undefined
  /** Of a data section or an arena. */
  readonly variables: readonly DatasecVariable[]
  readonly slots: Map<number, string>
  readonly members: Map<number, StructOpsMember>
}

/** Flags of `BPF_MAP_CREATE` (include/uapi/linux/bpf.h) that the loader sets by itself. */
const BPF_F_RDONLY_PROG = 1 << 7
export const BPF_F_MMAPABLE = 1 << 10
const BPF_F_LINK = 1 << 13
const PAGE = 4096
const LARGEST_VALUE = 0xffffffff

export interface MapContext {
  readonly objectName: string
  readonly sections: ObjectSections
  readonly btf: Btf | undefined
  readonly layouts: ReadonlyMap<string, DatasecLayout>
  readonly externs: Externs
}

/** Every map of an object in libbpf's order: `.maps`, data sections, `.kconfig`, struct_ops. Throws ObjectError. */
export function collectMaps(context: MapContext): MapSource[] {
  const maps = [
    ...definedMaps(context),
    ...context.sections.data.map(section => dataMap(context, section)),
    ...kconfigMap(context),
    ...context.sections.structOps.flatMap(section => structOpsMaps(context, section)),
  ]
  return withUniqueNames(maps)
}

function definedMaps({ sections, btf, layouts }: MapContext): MapSource[] {
  const section = sections.maps
  if (!section) return []
  const layout = layouts.get(".maps")
  if (!layout || !btf) throw new ObjectError("DATASEC '.maps' not found: the maps have no type information")
  const maps = layout.variables.map(variable => definedMap(btf, section, variable))
  const arenas = maps.filter(map => map.spec.type === MAP_TYPE.ARENA)
  if (arenas[1]) {
    const names = arenas.map(map => `'${map.spec.name}'`).join(" and ")
    throw new ObjectError(`only a single ARENA map is supported: ${names} are`)
  }
  if (!sections.arena) return maps
  const [arena] = arenas
  if (!arena) {
    throw new ObjectError(
      `elf: sec '${sections.arena.name}': global __arena variables need an ARENA map in .maps`,
    )
  }
  const data = arenaData(arena.spec, sections.arena)
  const variables = layouts.get(sections.arena.name)?.variables ?? []
  return maps.map(map => (map === arena ? { ...map, variables, spec: { ...map.spec, data } } : map))
}

function definedMap(btf: Btf, section: ElfSection, variable: DatasecVariable): MapSource {
  const { name, offset, size } = variable
  if (name === "") throw new ObjectError(`map at offset ${offset} of .maps: empty name`)
  if (offset + size > section.size) {
    throw new ObjectError(
      `map '${name}': BTF data is corrupted: ${size} bytes at ${offset} leave section .maps`,
    )
  }
  if (variable.linkage !== "global")
    throw new ObjectError(`map '${name}': unsupported map linkage ${variable.linkage}`)
  const resolved = btf.resolve(variable.type)
  const struct = btf.typeOf<"struct" | "union">(resolved, "struct")
  if (!struct) throw new ObjectError(`map '${name}': unexpected def kind ${btf.kindOf(resolved)}`)
  if (struct.size > size)
    throw new ObjectError(`map '${name}': invalid def size ${struct.size} in ${size} bytes`)
  const definition = readMapDefinition(btf, name, struct)
  return { ...source(fromDefinition(name, definition)), section, offset, size, struct }
}

function fromDefinition(name: string, definition: MapDefinition): MapSpec {
  const { inner, ...own } = definition
  return {
    ...blank("map", name, ".maps"),
    ...own,
    inner: inner && fromDefinition(`${name}.inner`, inner),
  }
}

function arenaData(arena: MapSpec, section: ElfSection): Uint8Array {
  if (section.size > arena.maxEntries * PAGE) {
    throw new ObjectError(
      `elf: sec '${section.name}': declared ARENA map size (${arena.maxEntries * PAGE}) is too small to hold ` +
        `global __arena variables of size ${section.size}`,
    )
  }
  return section.bytes.slice()
}

function dataMap({ objectName, layouts }: MapContext, { kind, section }: DataSection): MapSource {
  if (section.size > LARGEST_VALUE) {
    throw new ObjectError(`sec '${section.name}': ${section.size} bytes do not fit a map value`)
  }
  const layout = layouts.get(section.name)
  const variables = layout?.variables ?? []
  const mappable = variables.some(variable => variable.linkage !== "static")
  return {
    ...source({
      ...blank(kind, dataMapName(objectName, section.name), section.name),
      type: MAP_TYPE.ARRAY,
      keySize: 4,
      valueSize: section.size,
      maxEntries: 1,
      flags: (kind === "rodata" ? BPF_F_RDONLY_PROG : 0) | (mappable ? BPF_F_MMAPABLE : 0),
      valueType: layout?.id,
      data: kind === "bss" ? undefined : section.bytes.slice(),
    }),
    section,
    variables,
    size: section.size,
  }
}

function kconfigMap({ objectName, externs: { kconfig } }: MapContext): MapSource[] {
  if (kconfig.size === 0) return []
  const spec: MapSpec = {
    ...blank("kconfig", dataMapName(objectName, ".kconfig"), ".kconfig"),
    type: MAP_TYPE.ARRAY,
    keySize: 4,
    valueSize: kconfig.size,
    maxEntries: 1,
    flags: BPF_F_RDONLY_PROG | BPF_F_MMAPABLE,
    valueType: kconfig.type,
  }
  return [source(spec)]
}

function structOpsMaps({ btf, layouts }: MapContext, section: ElfSection): MapSource[] {
  const layout = layouts.get(section.name)
  if (!layout || !btf) throw new ObjectError(`struct_ops init: DATASEC ${section.name} not found`)
  let end = 0
  return layout.variables.map(variable => {
    const resolved = btf.resolve(variable.type)
    const type = btf.isVoid(resolved) ? undefined : btf.type(resolved)
    const where = "struct_ops init: "
    if (!type?.name)
      throw new ObjectError(`${where}'${variable.name}' is of an anonymous type, which is not supported`)
    if (type.kind !== "struct") throw new ObjectError(`${where}${type.name} is not a struct`)
    if (variable.offset + type.size > section.size) {
      throw new ObjectError(`${where}var ${variable.name} is beyond the end of DATASEC ${section.name}`)
    }
    if (variable.offset < end)
      throw new ObjectError(`${where}var ${variable.name} overlaps the one before it`)
    end = variable.offset + type.size
    const link = section.name.endsWith(".link")
    const spec: MapSpec = {
      ...blank("structOps", variable.name, section.name),
      type: MAP_TYPE.STRUCT_OPS,
      keySize: 4,
      valueSize: type.size,
      maxEntries: 1,
      flags: link ? BPF_F_LINK : 0,
      valueType: resolved,
      data: section.bytes.slice(variable.offset, variable.offset + type.size),
      structOps: {
        typeName: type.name,
        type: resolved,
        programs: [],
        link,
        autocreate: !section.name.startsWith("?"),
      },
    }
    return {
      ...source(spec),
      section,
      offset: variable.offset,
      size: type.size,
      struct: type,
    }
  })
}

function blank(kind: MapKind, name: string, section: string): MapSpec {
  return {
    kind,
    name,
    section,
    type: 0,
    keySize: 0,
    valueSize: 0,
    maxEntries: 0,
    flags: 0,
    numaNode: undefined,
    extra: 0n,
    pinning: "none",
    keyType: undefined,
    valueType: undefined,
    inner: undefined,
    initialSlots: [],
    data: undefined,
    structOps: undefined,
  }
}

function source(spec: MapSpec): MapSource {
  return {
    spec,
    section: undefined,
    offset: 0,
    size: 0,
    struct: undefined,
    variables: [],
    slots: new Map(),
    members: new Map(),
  }
}

/** Two data sections may be cut to one name: then both keep their whole names. */
function withUniqueNames(maps: readonly MapSource[]): MapSource[] {
  const seen = new Set<string>()
  const shared = new Set<string>()
  for (const { spec } of maps) (seen.has(spec.name) ? shared : seen).add(spec.name)
  const renamed = maps.map(map =>
    shared.has(map.spec.name) && map.spec.kind !== "map" && map.spec.kind !== "structOps"
      ? { ...map, spec: { ...map.spec, name: map.spec.section } }
      : map,
  )
  const names = new Set<string>()
  for (const { spec } of renamed) {
    if (names.has(spec.name)) throw new ObjectError(`there are two maps of the name '${spec.name}'`)
    names.add(spec.name)
  }
  return renamed
}
