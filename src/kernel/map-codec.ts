import { MapError } from "../base/index.ts"
import { type Btf, type BtfValue, readValue, type TypeId, writeValue } from "../btf/index.ts"
import { mapType } from "../catalog/index.ts"
import type { GlobalSpec, MapSpec, ObjectSpec } from "../object/index.ts"
import { eventType } from "./event-type.ts"

/** Sizes as the kernel holds them: they may differ from the spec's, which leaves some to the loader. */
export interface MapSizes {
  readonly keySize: number
  readonly valueSize: number
  readonly cpus: number
}

/** The number by which a kernel takes one of its programs or maps as a value, its descriptor or id; undefined for other values. */
export type ReferenceNumber = (value: unknown) => number | undefined

/** An element of a devmap or cpumap: the index of an interface or the size of a queue, and the program on the way there. */
interface Redirect {
  readonly target: number
  readonly program: unknown
}

const REDIRECTING: ReadonlySet<string> = new Set(["devmap", "devmap_hash", "cpumap"])

/** Turns typed keys and values of a map into bytes and back, by the object's BTF. */
export class MapCodec {
  readonly #spec: MapSpec
  readonly #sizes: MapSizes
  readonly #reference: ReferenceNumber
  readonly #btf: Btf | undefined
  /** Of a data section: the variables in its only value. */
  readonly #variables: readonly GlobalSpec[] | undefined
  readonly #perCpu: boolean
  readonly #recordTypes = new Map<string | number, TypeId | undefined>()

  constructor(spec: MapSpec, object: ObjectSpec, sizes: MapSizes, reference: ReferenceNumber) {
    this.#spec = spec
    this.#sizes = sizes
    this.#reference = reference
    this.#btf = object.btf
    this.#perCpu = (mapType(spec.type)?.name ?? "").includes("percpu")
    if (spec.kind !== "map") this.#variables = object.globals.filter(variable => variable.map === spec.name)
  }

  /** Maps without keys take undefined. */
  encodeKey(key: unknown): Uint8Array {
    if (key === undefined && this.#sizes.keySize === 0) return new Uint8Array(0)
    return this.#encode(key, this.#spec.keyType, this.#sizes.keySize, "key")
  }

  decodeKey(bytes: Uint8Array): unknown {
    if (this.#sizes.keySize === 0) return undefined
    return this.#decode(bytes, this.#spec.keyType)
  }

  /** A value as bpf(2) takes it: of a per-CPU map one a CPU, each rounded up to 8 bytes. */
  encodeValue(given: unknown): Uint8Array {
    const value = this.#withNumbers(given)
    const { valueSize, cpus } = this.#sizes
    if (this.#variables && !(value instanceof Uint8Array))
      return this.#encodeVariables(value, this.#variables)
    if (!this.#perCpu) return this.#encode(value, this.#spec.valueType, valueSize, "value")
    if (!Array.isArray(value) || value.length !== cpus)
      throw new MapError(
        `map '${this.#spec.name}': a per-CPU value is an array of ${cpus} values, one a CPU`,
        { errno: "EINVAL" },
      )
    const stride = Math.ceil(valueSize / 8) * 8
    const bytes = new Uint8Array(stride * cpus)
    value.forEach((item, cpu) => {
      bytes.set(this.#encode(item, this.#spec.valueType, valueSize, "value"), cpu * stride)
    })
    return bytes
  }

  /** Programs and maps are stored as the numbers that the kernel takes. */
  #withNumbers(value: unknown): unknown {
    const number = this.#reference(value)
    if (number !== undefined) return number
    if (!REDIRECTING.has(mapType(this.#spec.type)?.name ?? "") || !isRedirect(value)) return value
    const { target, program } = value
    const given = this.#reference(program)
    if (given === undefined || !Number.isInteger(target))
      throw new MapError(
        `map '${this.#spec.name}': an element is { target, program }: an interface's index or a queue's size, and a program of this kernel (EINVAL)`,
        { errno: "EINVAL" },
      )
    return new Uint8Array(Uint32Array.of(target, given).buffer)
  }

  decodeValue(bytes: Uint8Array): unknown {
    if (this.#variables) return this.#decodeVariables(bytes, this.#variables)
    if (!this.#perCpu) return this.#decode(bytes, this.#spec.valueType)
    const { valueSize, cpus } = this.#sizes
    const stride = bytes.length / cpus
    return Array.from({ length: cpus }, (_, cpu) =>
      this.#decode(bytes.subarray(cpu * stride, cpu * stride + valueSize), this.#spec.valueType),
    )
  }

  /** A record of a perf event array or ring buffer: the struct of that name, or the only one that fits, or bytes. */
  decodeRecord(bytes: Uint8Array, type?: string): unknown {
    const id = this.#btf && this.#recordType(this.#btf, bytes.length, type)
    return this.#btf && id !== undefined ? readValue(this.#btf, id, bytes) : bytes
  }

  /** A record for a user ring buffer: bytes as they are, or a value of the struct of that name. Throws MapError. */
  encodeRecord(value: unknown, type?: string): Uint8Array {
    if (value instanceof Uint8Array) return value
    const id = type === undefined ? undefined : this.#btf?.find(type, "struct")
    if (!this.#btf || id === undefined)
      throw new MapError(
        `map '${this.#spec.name}': ${type === undefined ? "a record that is no bytes needs its type's name" : `the object has no struct ${type}`} (EINVAL)`,
        { errno: "EINVAL", hint: 'submit(value, { type: "name of a struct in the object" })' },
      )
    const bytes = new Uint8Array(this.#btf.sizeOf(id))
    writeValue(this.#btf, id, value as BtfValue, bytes)
    return bytes
  }

  /** Found once for each size and name: a reader asks for every record. */
  #recordType(btf: Btf, size: number, name: string | undefined): TypeId | undefined {
    const key = name ?? size
    if (!this.#recordTypes.has(key)) this.#recordTypes.set(key, eventType(btf, size, name))
    return this.#recordTypes.get(key)
  }

  /** Variables by name; static ones of several files may share one, then the last is seen. */
  #decodeVariables(bytes: Uint8Array, variables: readonly GlobalSpec[]): Readonly<Record<string, unknown>> {
    const btf = this.#btf
    if (!btf) return {}
    return Object.fromEntries(
      variables.map(({ name, type, offset }) => [name, readValue(btf, type, bytes, offset)]),
    )
  }

  #decode(bytes: Uint8Array, type: TypeId | undefined): unknown {
    return this.#btf && type !== undefined ? readValue(this.#btf, type, bytes) : plainInteger(bytes)
  }

  /** Variables by name; those that are not named become zero. */
  #encodeVariables(value: unknown, variables: readonly GlobalSpec[]): Uint8Array {
    const bytes = new Uint8Array(this.#sizes.valueSize)
    const fail = (rule: string): MapError =>
      new MapError(`map '${this.#spec.name}': ${rule} (EINVAL)`, { errno: "EINVAL" })
    if (!this.#btf || typeof value !== "object" || value === null)
      throw fail("the value of a data section is an object of variables by name")
    for (const [name, item] of Object.entries(value)) {
      const variable = variables.find(variable => variable.name === name)
      if (!variable)
        throw fail(`it has no variable '${name}', only ${variables.map(each => each.name).join(", ")}`)
      writeValue(this.#btf, variable.type, item as BtfValue, bytes, variable.offset)
    }
    return bytes
  }

  #encode(value: unknown, type: TypeId | undefined, size: number, what: "key" | "value"): Uint8Array {
    if (value instanceof Uint8Array) {
      if (value.length === size) return value
      throw new MapError(
        `map '${this.#spec.name}': ${what} has ${value.length} bytes, the map wants ${size}`,
        {
          errno: "EINVAL",
        },
      )
    }
    const bytes = new Uint8Array(size)
    if (this.#btf && type !== undefined) {
      writeValue(this.#btf, type, value as BtfValue, bytes)
      return bytes
    }
    if ((typeof value !== "number" || !Number.isInteger(value)) && typeof value !== "bigint")
      throw new MapError(
        `map '${this.#spec.name}': without BTF a ${what} is given as an integer or ${size} bytes`,
        {
          errno: "EINVAL",
        },
      )
    let rest = BigInt.asUintN(64, BigInt(value))
    for (let index = 0; index < size; index++, rest >>= 8n) bytes[index] = Number(rest & 0xffn)
    return bytes
  }
}

function isRedirect(value: unknown): value is Redirect {
  return typeof value === "object" && value !== null && "target" in value && "program" in value
}

/** Without a type, what has the size of an integer is one (as API integers are: 64 bits as bigint), the rest bytes. */
function plainInteger(bytes: Uint8Array): number | bigint | Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (bytes.length) {
    case 1:
      return view.getUint8(0)
    case 2:
      return view.getUint16(0, true)
    case 4:
      return view.getUint32(0, true)
    case 8:
      return view.getBigUint64(0, true)
    default:
      return bytes.slice()
  }
}
