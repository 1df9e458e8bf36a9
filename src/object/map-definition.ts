import { BtfError, ObjectError } from "../base/index.ts"
import { type Btf, type BtfMember, type BtfTypeOf, type TypeId, VOID } from "../btf/index.ts"

/** What the members of a BTF-defined map's struct say; what they leave out is 0 or undefined. */
export interface MapDefinition {
  type: number
  keySize: number
  valueSize: number
  maxEntries: number
  flags: number
  numaNode: number | undefined
  extra: bigint
  pinning: "none" | "byName"
  keyType: TypeId | undefined
  valueType: TypeId | undefined
  inner: MapDefinition | undefined
}

/** UAPI numbers (`enum bpf_map_type`) of the types whose definitions have rules of their own. */
export const MAP_TYPE = {
  ARRAY: 2,
  PROG_ARRAY: 3,
  ARRAY_OF_MAPS: 12,
  HASH_OF_MAPS: 13,
  STRUCT_OPS: 26,
  RINGBUF: 27,
  USER_RINGBUF: 31,
  ARENA: 33,
} as const

const PAGE = 4096
/** There are a dozen fields; more members than this come from no compiler, and are read once for every map. */
const MOST_MEMBERS = 64

/**
 * Reads a map definition (libbpf's `parse_btf_map_def`): numbers stand in it as array lengths behind pointers
 * (`__uint`) or as the only value of an enum (`__ulong`), key and value as pointers (`__type`). Throws ObjectError
 * with libbpf's reason.
 */
export function readMapDefinition(
  btf: Btf,
  name: string,
  struct: BtfTypeOf<"struct" | "union">,
  isInner = false,
): MapDefinition {
  const definition: MapDefinition = {
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
  }
  if (struct.members.length > MOST_MEMBERS) {
    throw new ObjectError(`map '${name}': its definition has ${struct.members.length} fields`)
  }
  struct.members.forEach((member, index) => {
    const isLast = index === struct.members.length - 1
    readMember(new MemberReader(btf, name, member), definition, isInner, isLast)
  })
  if (definition.type === 0) throw new ObjectError(`map '${name}': map type isn't specified`)
  if (definition.type === MAP_TYPE.RINGBUF || definition.type === MAP_TYPE.USER_RINGBUF) {
    definition.maxEntries = ringBufferSize(definition.maxEntries)
  }
  return definition
}

function readMember(
  member: MemberReader,
  definition: MapDefinition,
  isInner: boolean,
  isLast: boolean,
): void {
  switch (member.name) {
    case "type":
      definition.type = member.uint()
      return
    case "max_entries":
      definition.maxEntries = member.uint()
      return
    case "map_flags":
      definition.flags = member.uint()
      return
    case "numa_node":
      definition.numaNode = member.uint()
      return
    case "map_extra":
      definition.extra = member.ulong()
      return
    case "key_size":
      definition.keySize = member.agreeing("key", definition.keySize, member.uint())
      return
    case "key": {
      const { type, size } = member.pointee("key")
      definition.keySize = member.agreeing("key", definition.keySize, size)
      definition.keyType = type
      return
    }
    case "value_size":
      definition.valueSize = member.agreeing("value", definition.valueSize, member.uint())
      return
    case "value": {
      const { type, size } = member.pointee("value")
      definition.valueSize = member.agreeing("value", definition.valueSize, size)
      definition.valueType = type
      return
    }
    case "values":
      readValues(member, definition, isInner, isLast)
      return
    case "pinning": {
      if (isInner) throw member.error("inner def can't be pinned")
      const value = member.uint()
      if (value > 1) throw member.error(`invalid pinning value ${value}`)
      definition.pinning = value === 1 ? "byName" : "none"
      return
    }
    default:
      throw member.error(`unknown field '${member.name}'`)
  }
}

/** The `values` member: an array of no length whose elements point to the inner map's struct, or to a function. */
function readValues(
  member: MemberReader,
  definition: MapDefinition,
  isInner: boolean,
  isLast: boolean,
): void {
  const { btf } = member
  const isMapInMap = definition.type === MAP_TYPE.ARRAY_OF_MAPS || definition.type === MAP_TYPE.HASH_OF_MAPS
  const what = isMapInMap ? "map-in-map inner" : "prog-array value"
  if (isInner) throw member.error("multi-level inner maps not supported")
  if (!isLast) throw member.error("'values' member should be last")
  if (!isMapInMap && definition.type !== MAP_TYPE.PROG_ARRAY)
    throw member.error("should be map-in-map or prog-array")
  definition.valueSize = member.agreeing("value", definition.valueSize, 4)
  const array = btf.typeOf(member.type, "array")
  if (array?.length !== 0) throw member.error(`${what} spec is not a zero-sized array`)
  const pointer = btf.typeOf(btf.resolve(array.element), "ptr")
  if (!pointer)
    throw member.error(`${what} def is of unexpected kind ${btf.kindOf(btf.resolve(array.element))}`)
  const target = btf.resolve(pointer.type)
  if (!isMapInMap) {
    if (btf.kindOf(target) === "func_proto") return
    throw member.error(`prog-array value def is of unexpected kind ${btf.kindOf(target)}`)
  }
  const struct = btf.typeOf<"struct" | "union">(target, "struct")
  if (!struct) throw member.error(`map-in-map inner def is of unexpected kind ${btf.kindOf(target)}`)
  definition.inner = readMapDefinition(btf, `${member.map}.inner`, struct, true)
}

/** One member of a definition, read in the ways that the fields need. */
class MemberReader {
  readonly btf: Btf
  readonly map: string
  readonly name: string
  readonly type: TypeId

  constructor(btf: Btf, map: string, member: BtfMember) {
    this.btf = btf
    this.map = map
    this.name = member.name
    this.type = member.type
  }

  error(reason: string, cause?: unknown): ObjectError {
    return new ObjectError(`map '${this.map}': ${reason}`, { cause })
  }

  /** `__uint(name, value)`: a pointer to an array of that many elements. */
  uint(): number {
    const resolved = this.btf.resolve(this.type)
    const pointer = this.btf.typeOf(resolved, "ptr")
    if (!pointer) throw this.error(`attr '${this.name}': expected PTR, got ${this.btf.kindOf(resolved)}`)
    const array = this.btf.typeOf(pointer.type, "array")
    if (!array) throw this.error(`attr '${this.name}': expected ARRAY, got ${this.btf.kindOf(pointer.type)}`)
    return array.length
  }

  /** `__ulong(name, value)`: an enum of one value; `__uint` serves too. */
  ulong(): bigint {
    const resolved = this.btf.resolve(this.type)
    const type = resolved === VOID ? undefined : this.btf.type(resolved)
    if (type?.kind === "ptr") return BigInt(this.uint())
    if (type?.kind !== "enum" && type?.kind !== "enum64") {
      throw this.error(`attr '${this.name}': expected ENUM or ENUM64, got ${type?.kind ?? "void"}`)
    }
    const [only] = type.values
    if (!only || type.values.length !== 1) throw this.error(`attr '${this.name}': invalid __ulong`)
    return BigInt.asUintN(64, only.value)
  }

  /** `__type(name, type)`: a pointer to the type. */
  pointee(what: "key" | "value"): { type: TypeId; size: number } {
    const pointer = this.btf.typeOf(this.type, "ptr")
    if (!pointer) throw this.error(`${what} spec is not PTR: ${this.btf.kindOf(this.type)}`)
    try {
      return { type: pointer.type, size: this.btf.sizeOf(pointer.type) }
    } catch (error) {
      if (!(error instanceof BtfError)) throw error
      throw this.error(`can't determine ${what} size for type [${pointer.type}]: ${error.message}`, error)
    }
  }

  agreeing(what: "key" | "value", known: number, size: number): number {
    if (known === 0 || known === size) return size
    throw this.error(`conflicting ${what} size ${known} != ${size}`)
  }
}

/** The smallest power of two of pages that holds `size` bytes; 0 stays 0, for the kernel to refuse. */
function ringBufferSize(size: number): number {
  if (size === 0) return 0
  for (let candidate = PAGE; candidate <= 0xffffffff; candidate *= 2) if (candidate >= size) return candidate
  return size
}
