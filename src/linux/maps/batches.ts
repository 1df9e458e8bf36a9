import { concatBytes } from "../../base/index.ts"
import { MAP_BATCH } from "../bpf/attributes.ts"
import { Scratch } from "../ffi/scratch.ts"
import {
  deleteElement,
  elementKeys,
  lookupElement,
  mapFailure,
  type RawMap,
  takeElement,
  updateElement,
} from "./map-elements.ts"

export type RawElement = readonly [key: Uint8Array, value: Uint8Array]

const [ENOENT, EINVAL, ENOSPC, ENOTSUPP] = [2, 22, 28, 524]
/** What one call moves. A hash map's bucket must fit: more room is made when one does not. */
const FIRST_COUNT = 512
const MOST_COUNT = 1 << 20
/** A place to go on from: an index, or for some types a key. */
const SMALLEST_TOKEN = 8

/**
 * Every element of a map, some hundred a call where the kernel has batches for the type (arrays and hashes from 5.6 on),
 * else one by one. `take` deletes what it gives. Throws MapError.
 */
export function* readElements(map: RawMap, options: { readonly take?: boolean } = {}): Generator<RawElement> {
  const command = options.take ? "BPF_MAP_LOOKUP_AND_DELETE_BATCH" : "BPF_MAP_LOOKUP_BATCH"
  let count = FIRST_COUNT
  let from: Uint8Array | undefined
  for (;;) {
    const { result, elements, next } = readBatch(map, command, from, count)
    if (from === undefined && isWithoutBatches(result)) {
      yield* options.take ? takeEach(map) : readEach(map)
      return
    }
    if (result === -ENOSPC && count < MOST_COUNT) {
      count *= 4
      continue
    }
    if (result < 0 && result !== -ENOENT) throw mapFailure(map, "read a batch", -result)
    yield* elements
    if (result === -ENOENT) return
    from = next
  }
}

interface Batch {
  readonly result: number
  readonly elements: readonly RawElement[]
  readonly next: Uint8Array
}

function readBatch(
  map: RawMap,
  command: "BPF_MAP_LOOKUP_BATCH" | "BPF_MAP_LOOKUP_AND_DELETE_BATCH",
  from: Uint8Array | undefined,
  count: number,
): Batch {
  const { keySize, valueBytes, bpf } = map
  using scratch = new Scratch(bpf.native)
  const keys = scratch.allocate(keySize * count)
  const values = scratch.allocate(valueBytes * count)
  const next = scratch.allocate(Math.max(keySize, SMALLEST_TOKEN))
  const { result, attributes } = bpf.try(command, MAP_BATCH, {
    map_fd: map.fd,
    in_batch: from ?? 0n,
    out_batch: next.address,
    keys: keys.address,
    values: values.address,
    count,
  })
  // At its end the walk gives what is left together with ENOENT; other errors say nothing of the buffers.
  const got = result === 0 || result === -ENOENT ? Number(attributes.count) : 0
  const elements = Array.from({ length: got }, (_, index) => [
    keys.bytes.slice(index * keySize, (index + 1) * keySize),
    values.bytes.slice(index * valueBytes, (index + 1) * valueBytes),
  ]) as unknown as RawElement[]
  return { result, elements, next: next.bytes.slice() }
}

function* readEach(map: RawMap): Generator<RawElement> {
  for (const key of elementKeys(map)) {
    const value = lookupElement(map, key)
    if (value) yield [key, value]
  }
}

function* takeEach(map: RawMap): Generator<RawElement> {
  if (map.keySize === 0) {
    const noKey = new Uint8Array(0)
    for (let value = takeElement(map, noKey); value; value = takeElement(map, noKey)) yield [noKey, value]
    return
  }
  // The walk starts anew after each: its place is gone with the key.
  for (;;) {
    const [key] = elementKeys(map)
    if (!key) return
    const value = lookupElement(map, key)
    if (deleteElement(map, key) && value) yield [key, value]
  }
}

/** Writes elements in one call where the kernel can, else one by one: those before a refused one stay. Throws MapError. */
export function writeElements(map: RawMap, elements: readonly RawElement[], flags: number): void {
  // Batches take no flag but BPF_F_LOCK.
  if (flags !== 0 || !writeBatch(map, elements))
    for (const [key, value] of elements) updateElement(map, key, value, flags)
}

/** False where there are no batches. */
function writeBatch(map: RawMap, elements: readonly RawElement[]): boolean {
  if (elements.length === 0) return true
  const { result } = map.bpf.try("BPF_MAP_UPDATE_BATCH", MAP_BATCH, {
    map_fd: map.fd,
    keys: concatBytes(elements.map(([key]) => key)),
    values: concatBytes(elements.map(([, value]) => value)),
    count: elements.length,
  })
  if (isWithoutBatches(result)) return false
  if (result < 0) throw mapFailure(map, "update a batch", -result)
  return true
}

/** Deletes keys, also those behind one that is not there; gives how many were. Throws MapError. */
export function deleteElements(map: RawMap, keys: readonly Uint8Array[]): number {
  let [deleted, at] = [0, 0]
  while (at < keys.length) {
    const rest = keys.slice(at)
    const { result, attributes } = map.bpf.try("BPF_MAP_DELETE_BATCH", MAP_BATCH, {
      map_fd: map.fd,
      keys: concatBytes(rest),
      count: rest.length,
    })
    if (isWithoutBatches(result)) return deleted + rest.filter(key => deleteElement(map, key)).length
    if (result < 0 && result !== -ENOENT) throw mapFailure(map, "delete a batch", -result)
    // It stops at the first that is not there, and tells how many it did.
    deleted += Number(attributes.count)
    at += Number(attributes.count) + (result === -ENOENT ? 1 : 0)
  }
  return deleted
}

/** No batches for this type, or none at all before 5.6. A plain EINVAL is told better by the one-by-one way. */
function isWithoutBatches(result: number): boolean {
  return result === -ENOTSUPP || result === -EINVAL
}
