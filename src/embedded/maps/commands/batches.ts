import { type Errno, MapError } from "../../../base/index.ts"
import type { MapTypeName } from "../../../catalog/index.ts"
import { BPF_F_LOCK } from "../flags.ts"
import type { MapStorage } from "../map-storage.ts"
import { checkAccess, checkLock, failure, typeNameOf } from "./access.ts"

/** Where a batch goes on: what the last one gave, undefined for the start. */
export type BatchToken = Uint8Array | undefined

/** What a batch came to: elements that were done, and why no more. */
export interface BatchResult {
  readonly count: number
  /** What bpf(2) answers; undefined is 0. */
  readonly errno: Errno | undefined
}

export interface ReadBatch extends BatchResult {
  readonly elements: readonly (readonly [key: Uint8Array, value: Uint8Array])[]
  readonly token: BatchToken
}

type BatchVerb = "lookup" | "take" | "update" | "delete"

const HASHES: readonly MapTypeName[] = ["hash", "percpu_hash", "lru_hash", "lru_percpu_hash", "hash_of_maps"]
const ARRAYS: readonly MapTypeName[] = ["array", "percpu_array", "array_of_maps"]

/** The types that have the command. */
const BATCHED: Readonly<Record<BatchVerb, readonly MapTypeName[]>> = {
  lookup: [...HASHES, ...ARRAYS, "lpm_trie"],
  take: HASHES,
  update: [...HASHES, ...ARRAYS, "lpm_trie"],
  delete: [...HASHES, "lpm_trie"],
}

/**
 * BPF_MAP_LOOKUP_BATCH, and with `takes` BPF_MAP_LOOKUP_AND_DELETE_BATCH: at most `count` elements from `token` on.
 * ENOENT says that these are the last ones. A hash table of Linux gives whole buckets; here each holds one element.
 */
export function readBatch(
  map: MapStorage,
  count: number,
  token: BatchToken,
  { takes = false, flags = 0n }: { readonly takes?: boolean; readonly flags?: bigint } = {},
): ReadBatch {
  if (takes) checkAccess(map, "read", "write")
  else checkAccess(map, "read")
  checkBatch(map, takes ? "take" : "lookup", flags)
  if (count === 0) return { count: 0, errno: undefined, elements: [], token }
  const elements: [Uint8Array, Uint8Array][] = []
  let last = token
  let key = map.nextKey(token)
  while (key && elements.length < count) {
    const value = map.get(key)
    if (value) elements.push([key, value])
    last = key
    key = map.nextKey(key)
  }
  if (takes) for (const [taken] of elements) map.remove(taken)
  // A table goes on to the end of its buckets when nothing more has to be given, an array stops at the count.
  const isAtEnd = key === undefined && (elements.length < count || HASHES.includes(typeNameOf(map)))
  return { count: elements.length, errno: isAtEnd ? "ENOENT" : undefined, elements, token: last }
}

/** BPF_MAP_UPDATE_BATCH: stops at the first element that is refused. */
export function updateBatch(
  map: MapStorage,
  elements: readonly (readonly [key: Uint8Array, value: Uint8Array])[],
  flags = 0n,
): BatchResult {
  checkAccess(map, "write")
  checkBatch(map, "update", flags)
  return untilRefused(elements, ([key, value]) => map.set(key, value, flags & ~BPF_F_LOCK))
}

/** BPF_MAP_DELETE_BATCH: stops at the first key that is not there. */
export function deleteBatch(map: MapStorage, keys: readonly Uint8Array[], flags = 0n): BatchResult {
  checkAccess(map, "write")
  checkBatch(map, "delete", flags)
  return untilRefused(keys, key => {
    if (!map.remove(key)) throw failure(map, "ENOENT", "delete: there is no such key")
  })
}

function untilRefused<T>(items: readonly T[], act: (item: T) => void): BatchResult {
  let count = 0
  try {
    for (const item of items) {
      act(item)
      count += 1
    }
  } catch (error) {
    if (error instanceof MapError && error.errno) return { count, errno: error.errno as Errno }
    throw error
  }
  return { count, errno: undefined }
}

function checkBatch(map: MapStorage, verb: BatchVerb, flags: bigint): void {
  const type = typeNameOf(map)
  if (!BATCHED[verb].includes(type))
    throw failure(map, "ENOTSUPP", `type ${type} has no ${verb} by the batch`)
  if ((flags & ~BPF_F_LOCK) !== 0n)
    throw failure(map, "EINVAL", `a batch takes no flags but BPF_F_LOCK, not ${flags}`)
  checkLock(map, flags)
}
