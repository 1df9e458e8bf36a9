// Elements of a hash map: their memory, their buckets, and the order of insertion.

import {
  AFTER,
  BEFORE,
  BUCKETS,
  COUNT,
  ELEMENT_SIZE,
  FIRST,
  FREE_COUNT,
  FREE_FIRST,
  FREE_LAST,
  FRESH,
  FRESH_END,
  HASH,
  KEY,
  KEY_SIZE,
  LAST,
  NEXT,
  RELEASES,
  SHIFT,
  VALUE,
  WAITING,
} from "../hash-layout"
import { copyBytes } from "./bytes"
import { grow, released } from "./host"
import { sameLong, shortKey } from "./keys"

export function bucketOf(header: u32, hash: u32): u32 {
  return load<u32>(header, BUCKETS) + ((hash >>> load<u32>(header, SHIFT)) << 2)
}

/**
 * The element with a key of 4 or 8 bytes, or 0. A program may have written over the links between elements: no search
 * here goes on for longer than there are elements.
 */
export function findWord<T>(header: u32, hash: u32, key: T): u32 {
  const first = load<u32>(bucketOf(header, hash))
  // Most keys that are there come first in their bucket.
  if (first === 0 || load<T>(first, KEY) === key) return first
  let element = load<u32>(first, NEXT)
  let left = load<u32>(header, COUNT)
  while (element !== 0) {
    if (load<T>(element, KEY) === key) return element
    if (left-- === 0) unreachable()
    element = load<u32>(element, NEXT)
  }
  return 0
}

/** The element with a key of any size, or 0. */
export function find(header: u32, hash: u32, key: u32): u32 {
  const size = load<u32>(header, KEY_SIZE)
  if (size === 8) return findWord<u64>(header, hash, load<u64>(key))
  if (size === 4) return findWord<u32>(header, hash, load<u32>(key))
  let element = load<u32>(bucketOf(header, hash))
  let left = load<u32>(header, COUNT)
  while (element !== 0) {
    if (load<u32>(element, HASH) === hash && sameKey(element + KEY, key, size)) return element
    if (left-- === 0) unreachable()
    element = load<u32>(element, NEXT)
  }
  return 0
}

function sameKey(a: u32, b: u32, size: u32): bool {
  return size < 8 ? shortKey(a, size) === shortKey(b, size) : sameLong(a, b, size)
}

/** A new element under a key that is not there. What its values hold is left from before. */
export function insert(header: u32, hash: u32, key: u32): u32 {
  const element = allocate(header)
  copyBytes(element + KEY, key, load<u32>(header, KEY_SIZE))
  store<u32>(element, hash, HASH)
  link(header, element, hash)
  const last = load<u32>(header, LAST)
  store<u32>(element, last, BEFORE)
  store<u32>(element, 0, AFTER)
  if (last !== 0) store<u32>(last, element, AFTER)
  else store<u32>(header, element, FIRST)
  store<u32>(header, element, LAST)
  store<u32>(header, load<u32>(header, COUNT) + 1, COUNT)
  return element
}

/** Takes an element out of the map. Its key and values stay as they are until it is used again. */
export function discard(header: u32, element: u32): void {
  unlink(header, element)
  const before = load<u32>(element, BEFORE)
  const after = load<u32>(element, AFTER)
  if (before !== 0) store<u32>(before, after, AFTER)
  else store<u32>(header, after, FIRST)
  if (after !== 0) store<u32>(after, before, BEFORE)
  else store<u32>(header, before, LAST)
  store<u32>(header, load<u32>(header, COUNT) - 1, COUNT)
  if (load<u32>(header, RELEASES)) released(header, element + load<u32>(header, VALUE))
  free(header, element)
}

/** Moves all elements to other buckets, all of them empty. */
export function rebucket(header: u32, buckets: u32, shift: u32): void {
  store<u32>(header, buckets, BUCKETS)
  store<u32>(header, shift, SHIFT)
  let element = load<u32>(header, FIRST)
  for (let left = load<u32>(header, COUNT); left !== 0; left--) {
    link(header, element, load<u32>(element, HASH))
    element = load<u32>(element, AFTER)
  }
}

function link(header: u32, element: u32, hash: u32): void {
  const bucket = bucketOf(header, hash)
  store<u32>(element, load<u32>(bucket), NEXT)
  store<u32>(bucket, element)
}

function unlink(header: u32, element: u32): void {
  let from = bucketOf(header, load<u32>(element, HASH))
  let left = load<u32>(header, COUNT)
  // A bucket holds its first element where an element holds the next one.
  while (load<u32>(from, NEXT) !== element) {
    if (left-- === 0) unreachable()
    from = load<u32>(from, NEXT)
  }
  store<u32>(from, load<u32>(element, NEXT), NEXT)
}

/** The host has memory for MAX_ENTRIES and WAITING elements in the end, so a map that is not full finds one. */
function allocate(header: u32): u32 {
  if (load<u32>(header, FREE_COUNT) > load<u32>(header, WAITING)) return reuse(header)
  if (load<u32>(header, FRESH) === load<u32>(header, FRESH_END)) grow(header)
  const element = load<u32>(header, FRESH)
  store<u32>(header, element + load<u32>(header, ELEMENT_SIZE), FRESH)
  return element
}

function reuse(header: u32): u32 {
  const element = load<u32>(header, FREE_FIRST)
  store<u32>(header, load<u32>(element, NEXT), FREE_FIRST)
  store<u32>(header, load<u32>(header, FREE_COUNT) - 1, FREE_COUNT)
  return element
}

function free(header: u32, element: u32): void {
  const count = load<u32>(header, FREE_COUNT)
  if (count === 0) store<u32>(header, element, FREE_FIRST)
  else store<u32>(load<u32>(header, FREE_LAST), element, NEXT)
  store<u32>(header, element, FREE_LAST)
  store<u32>(header, count + 1, FREE_COUNT)
}
