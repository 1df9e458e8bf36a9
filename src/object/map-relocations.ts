import { ObjectError, RelocationError } from "../base/index.ts"
import type { Btf, BtfMember, TypeId } from "../btf/index.ts"
import { type ElfFile, type ElfRelocation, type ElfSection, type ElfSymbol, SHN } from "./elf.ts"
import { type FunctionSource, type FunctionTable, SLOT_SIZE } from "./functions.ts"
import { MAP_TYPE } from "./map-definition.ts"
import type { MapSource } from "./maps.ts"

const POINTER_SIZE = 8

/** Fills initial slots of maps in maps and program arrays (libbpf's `bpf_object__collect_map_relos`). */
export function applyMapRelocations(
  elf: ElfFile,
  section: ElfSection,
  maps: readonly MapSource[],
  functions: FunctionTable,
): void {
  const mapAt = mapFinder(maps.filter(map => map.spec.kind === "map"))
  const mapNames = new Set(maps.map(map => map.spec.name))
  const programs = new Map(functions.programs.toReversed().map(program => [program.name, program]))
  elf.relocations(section).forEach((relocation, index) => {
    const where = `.maps relo #${index}: `
    const symbol = symbolOf(elf, relocation, where)
    const { offset } = relocation
    const map = mapAt(offset)
    if (!map || offset + POINTER_SIZE > map.offset + map.size)
      throw new ObjectError(`${where}cannot find map '${symbol.name}' at rel->r_offset ${offset}`)
    const target = slotTarget(where, map, symbol, mapNames, programs)
    const values = map.struct?.members.at(-1)
    if (values?.name !== "values") {
      throw new ObjectError(
        `${where}map '${map.spec.name}' has initial values, but no member 'values' to hold them`,
      )
    }
    const inside = offset - map.offset - values.bitOffset / 8
    if (inside < 0 || inside % POINTER_SIZE !== 0) {
      throw new ObjectError(`${where}offset ${offset} is no slot of map '${map.spec.name}'`)
    }
    map.slots.set(inside / POINTER_SIZE, target)
  })
}

/** Finds the map whose variable in the section covers an offset. */
function mapFinder(maps: readonly MapSource[]): (offset: number) => MapSource | undefined {
  const sorted = maps.toSorted((a, b) => a.offset - b.offset)
  return offset => {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sorted[middle]!.offset <= offset) low = middle + 1
      else high = middle
    }
    const found = sorted[low - 1]
    return found && offset < found.offset + found.size ? found : undefined
  }
}

function slotTarget(
  where: string,
  map: MapSource,
  symbol: ElfSymbol,
  mapNames: ReadonlySet<string>,
  programs: ReadonlyMap<string, FunctionSource>,
): string {
  const { name, type, keySize } = map.spec
  if (type === MAP_TYPE.ARRAY_OF_MAPS || type === MAP_TYPE.HASH_OF_MAPS) {
    if (symbol.section !== map.section?.index) {
      throw new RelocationError(`${where}'${symbol.name}' isn't a BTF-defined map`)
    }
    if (type === MAP_TYPE.HASH_OF_MAPS && keySize !== 4) {
      throw new ObjectError(`${where}hash-of-maps '${name}' should have key size 4`)
    }
    if (mapNames.has(symbol.name)) return symbol.name
    throw new ObjectError(`${where}'${symbol.name}' isn't a valid map reference`)
  }
  if (type !== MAP_TYPE.PROG_ARRAY) {
    throw new ObjectError(
      `${where}map '${name}' is no map-in-map and no prog-array: it takes no initial values`,
    )
  }
  const program = programs.get(symbol.name)
  if (!program) throw new ObjectError(`${where}'${symbol.name}' isn't a valid program reference`)
  if (program.section.index !== symbol.section || program.start * SLOT_SIZE !== symbol.value) {
    throw new RelocationError(`${where}'${symbol.name}' isn't an entry-point program`)
  }
  return program.name
}

/**
 * Finds the programs behind the function pointers of struct_ops values (libbpf's `bpf_object__collect_st_ops_relos`).
 * `isStructOps` tells whether a program's section makes it one of that type.
 */
export function applyStructOpsRelocations(
  elf: ElfFile,
  section: ElfSection,
  target: ElfSection,
  maps: readonly MapSource[],
  functions: FunctionTable,
  btf: Btf,
  isStructOps: (sectionName: string) => boolean,
): void {
  const mapAt = mapFinder(maps.filter(map => map.spec.kind === "structOps" && map.section === target))
  const membersOf = memberFinder()
  for (const relocation of elf.relocations(section)) {
    const { offset } = relocation
    const map = mapAt(offset)
    const symbol = symbolOf(elf, relocation, "struct_ops reloc: ")
    if (!map) throw new ObjectError(`struct_ops reloc: cannot find map at rel->r_offset ${offset}`)
    const where = `struct_ops reloc ${map.spec.name}: `
    if (symbol.section >= SHN.LORESERVE) {
      throw new RelocationError(`${where}rel->r_offset ${offset}: unsupported non-static function`)
    }
    if (symbol.value % SLOT_SIZE !== 0)
      throw new ObjectError(`${where}invalid target program offset ${symbol.value}`)
    const inside = offset - map.offset
    const member = membersOf(map).get(inside * 8)
    if (!member) throw new ObjectError(`${where}cannot find member at moff ${inside}`)
    if (!isFunctionPointer(btf, member.type)) {
      throw new ObjectError(`${where}cannot relocate non func ptr ${member.name}`)
    }
    const program = functions.at(symbol.section, symbol.value / SLOT_SIZE)
    if (!program) throw new ObjectError(`${where}cannot find prog for func ptr ${member.name}`)
    if (program.isSubprogram || !isStructOps(program.section.name)) {
      throw new ObjectError(`${where}prog ${program.name} is not struct_ops BPF program`, {
        hint: `put it in SEC("struct_ops/${member.name}")`,
      })
    }
    map.members.set(inside, { member: member.name, offset: inside, program: program.name })
  }
}

/** A map's members by bit offset, built once for each map. */
function memberFinder(): (map: MapSource) => ReadonlyMap<number, BtfMember> {
  const known = new Map<MapSource, ReadonlyMap<number, BtfMember>>()
  return map => {
    let members = known.get(map)
    if (!members) {
      members = new Map(map.struct?.members.toReversed().map(member => [member.bitOffset, member]))
      known.set(map, members)
    }
    return members
  }
}

function isFunctionPointer(btf: Btf, id: TypeId): boolean {
  const pointer = btf.typeOf(btf.resolve(id), "ptr")
  return pointer !== undefined && btf.kindOf(btf.resolve(pointer.type)) === "func_proto"
}

/** Throws ObjectError when a relocation names a symbol that is not there. */
export function symbolOf(elf: ElfFile, relocation: ElfRelocation, where: string): ElfSymbol {
  const symbol = elf.symbols[relocation.symbol]
  if (symbol) return symbol
  throw new ObjectError(
    `${where}symbol #${relocation.symbol} not found for the relocation at offset ${relocation.offset}`,
  )
}
