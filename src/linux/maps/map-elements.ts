import { errnoName, errorText, MapError } from "../../base/index.ts"
import { MAP_ELEMENT, MAP_NEXT_KEY } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { Scratch } from "../ffi/scratch.ts"

const ENOENT = 2

/** What raw access to a map needs. */
export interface RawMap {
  readonly bpf: Bpf
  readonly fd: number
  readonly name: string
  /** Told in errors where the map is not one that this process has made. */
  readonly id?: number
  readonly keySize: number
  /** As bpf(2) moves a value: of per-CPU maps one a CPU, each rounded up to 8 bytes. */
  readonly valueBytes: number
}

/** What bpf(2) moves for a value of a map of this type: one for each CPU where it has them. */
export function bytesOfValue(type: string, valueSize: number, cpus: number): number {
  return type.includes("percpu") ? Math.ceil(valueSize / 8) * 8 * cpus : valueSize
}

/** Undefined when there is no such key. Throws MapError. */
export function lookupElement(map: RawMap, key: Uint8Array): Uint8Array | undefined {
  const value = tryLookup(map, key)
  if (value instanceof Uint8Array) return value
  if (value.errno === ENOENT) return undefined
  throw mapFailure(map, "lookup", value.errno)
}

/** The value, or the errno of what refused it. */
export function tryLookup(map: RawMap, key: Uint8Array): Uint8Array | { readonly errno: number } {
  using scratch = new Scratch(map.bpf.native)
  const value = scratch.allocate(map.valueBytes)
  const { result } = map.bpf.try("BPF_MAP_LOOKUP_ELEM", MAP_ELEMENT, {
    map_fd: map.fd,
    key: keyPointer(key),
    value: value.address,
  })
  return result < 0 ? { errno: -result } : value.bytes.slice()
}

/** Reads an element and removes it; undefined when there is none. Throws MapError. */
export function takeElement(map: RawMap, key: Uint8Array): Uint8Array | undefined {
  using scratch = new Scratch(map.bpf.native)
  const value = scratch.allocate(map.valueBytes)
  const { result } = map.bpf.try("BPF_MAP_LOOKUP_AND_DELETE_ELEM", MAP_ELEMENT, {
    map_fd: map.fd,
    key: keyPointer(key),
    value: value.address,
  })
  if (result === -ENOENT) return undefined
  if (result < 0) throw mapFailure(map, "take", -result)
  return value.bytes.slice()
}

export function updateElement(map: RawMap, key: Uint8Array, value: Uint8Array, flags: number): void {
  const element = { map_fd: map.fd, key: keyPointer(key), value, flags }
  const { result } = map.bpf.try("BPF_MAP_UPDATE_ELEM", MAP_ELEMENT, element)
  if (result < 0) throw mapFailure(map, "update", -result)
}

/** False when there is no such key. Throws MapError. */
export function deleteElement(map: RawMap, key: Uint8Array): boolean {
  const { result } = map.bpf.try("BPF_MAP_DELETE_ELEM", MAP_ELEMENT, { map_fd: map.fd, key: keyPointer(key) })
  if (result === -ENOENT) return false
  if (result < 0) throw mapFailure(map, "delete", -result)
  return true
}

/** Maps without keys want NULL. */
function keyPointer(key: Uint8Array): Uint8Array | 0n {
  return key.length === 0 ? 0n : key
}

/** The key behind this one, the first for undefined; undefined at the end. Throws MapError. */
export function nextElementKey(map: RawMap, key: Uint8Array | undefined): Uint8Array | undefined {
  using scratch = new Scratch(map.bpf.native)
  const next = scratch.allocate(map.keySize)
  const { result } = map.bpf.try("BPF_MAP_GET_NEXT_KEY", MAP_NEXT_KEY, {
    map_fd: map.fd,
    key: key ?? 0n,
    next_key: next.address,
  })
  if (result === -ENOENT) return undefined
  if (result < 0) throw mapFailure(map, "next key", -result)
  return next.bytes.slice()
}

/** Every key, in the kernel's order. A key that is deleted meanwhile starts the walk again, as bpf(2) has it. */
export function* elementKeys(map: RawMap): Generator<Uint8Array> {
  for (let key = nextElementKey(map, undefined); key; key = nextElementKey(map, key)) yield key
}

export function mapFailure(
  { id, name }: Pick<RawMap, "id" | "name">,
  action: string,
  number: number,
  hint?: string,
): MapError {
  const errno = errnoName(number)
  const which = id === undefined ? `'${name}'` : `${id} '${name}'`
  return new MapError(`map ${which}: ${action}: ${errorText(number)}${errno ? ` (${errno})` : ""}`, {
    ...(errno && { errno }),
    ...(hint && { hint }),
  })
}
