import { BPF_F_LOCK } from "../flags.ts"
import type { MapStorage } from "../map-storage.ts"
import { checkAccess, checkLock, failure, typeNameOf } from "./access.ts"

/** A key or value of bpf(2); undefined is a NULL pointer. */
export type Bytes = Uint8Array | undefined

/** Types whose elements can be read and removed in one step. */
const TAKEABLE: readonly string[] = ["hash", "percpu_hash", "lru_hash", "lru_percpu_hash", "queue", "stack"]

/** BPF_MAP_LOOKUP_ELEM; undefined when there is no such key (ENOENT). Throws MapError. */
export function lookupElement(map: MapStorage, key: Bytes, flags = 0n): Bytes {
  checkReadFlags(map, flags)
  checkAccess(map, "read")
  checkLock(map, flags)
  return map.get(keyBytes(map, key))
}

/** BPF_MAP_LOOKUP_ELEM of a bloom filter, where the value goes in: true when the filter may hold it. */
export function hasElement(map: MapStorage, value: Bytes, key?: Bytes): boolean {
  checkAccess(map, "read")
  keyBytes(map, key)
  return map.has(valueBytes(map, value))
}

/** BPF_MAP_UPDATE_ELEM. */
export function updateElement(map: MapStorage, key: Bytes, value: Bytes, flags = 0n): void {
  checkAccess(map, "write")
  checkLock(map, flags)
  const bytes = keyBytes(map, key)
  map.set(bytes, valueBytes(map, value), flags & ~BPF_F_LOCK)
}

/** BPF_MAP_DELETE_ELEM; false when there is no such key (ENOENT). */
export function deleteElement(map: MapStorage, key: Bytes): boolean {
  checkAccess(map, "write")
  return map.remove(keyBytes(map, key))
}

/** BPF_MAP_GET_NEXT_KEY; the first key for undefined, undefined behind the last (ENOENT). */
export function nextElementKey(map: MapStorage, key: Bytes): Bytes {
  checkAccess(map, "read")
  return map.nextKey(key && keyBytes(map, key))
}

/** BPF_MAP_LOOKUP_AND_DELETE_ELEM; undefined when there is no such key (ENOENT). */
export function takeElement(map: MapStorage, key: Bytes, flags = 0n): Bytes {
  checkReadFlags(map, flags)
  checkAccess(map, "read", "write")
  const type = typeNameOf(map)
  if (flags !== 0n && (type === "queue" || type === "stack"))
    throw failure(map, "EINVAL", `a ${type} takes no flags`)
  checkLock(map, flags)
  const bytes = keyBytes(map, key)
  if (!TAKEABLE.includes(type)) throw failure(map, "ENOTSUPP", `elements of a ${type} cannot be taken out`)
  return map.take(bytes)
}

function checkReadFlags(map: MapStorage, flags: bigint): void {
  if ((flags & ~BPF_F_LOCK) !== 0n)
    throw failure(map, "EINVAL", `reading takes no flags but BPF_F_LOCK, not ${flags}`)
}

function keyBytes(map: MapStorage, key: Bytes): Uint8Array {
  if (map.attributes.keySize > 0) {
    if (key) return key
    throw failure(map, "EFAULT", "there is no key at NULL")
  }
  if (key) throw failure(map, "EINVAL", "it has no keys")
  return new Uint8Array(0)
}

function valueBytes(map: MapStorage, value: Bytes): Uint8Array {
  if (value) return value
  if (map.attributes.valueSize === 0) return new Uint8Array(0)
  throw failure(map, "EFAULT", "there is no value at NULL")
}
