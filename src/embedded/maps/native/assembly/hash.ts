// Operations of hash maps. `header` is a map's header and `key` and `value` are readable in the map's sizes: callers see
// to that, and then nothing here traps, unless a program has written over the map.

import { RUNNING_CPU } from "../../../memory/shared-words"
import { E2BIG, EEXIST, EINVAL, ENOENT, ENOMEM } from "../errno"
import {
  AFTER,
  COUNT,
  FIRST,
  IS_LRU,
  KEY,
  KEY_SIZE,
  MAX_ENTRIES,
  STRIDE,
  VALUE,
  VALUE_SIZE,
  VALUES_SIZE,
} from "../hash-layout"
import { clearWords, copyBytes } from "./bytes"
import { discard, find, findWord, insert } from "./elements"
import { hashKey, hashWord } from "./keys"
import { giveBack, leave, markUsed, takeEntry, wait } from "./lru"

/** Update flags: BPF_NOEXIST, BPF_EXIST; 0 is BPF_ANY. */
const NOEXIST: u32 = 1
const EXIST: u32 = 2
/** In the address of an element, which is even: it is new. */
const IS_NEW: i32 = 1

/** A program's lookup in a map with keys of 4 bytes: the address of the running CPU's value, or 0. */
export function lookup4(header: u32, key: u32): u32 {
  const word = load<u32>(key)
  return used(header, findWord<u32>(header, hashWord(word), word))
}

export function lookup8(header: u32, key: u32): u32 {
  const word = load<u64>(key)
  return used(header, findWord<u64>(header, hashWord(word), word))
}

/** Lookups in maps that neither evict nor have a value for each CPU. */
export function lookupPlain4(header: u32, key: u32): u32 {
  const word = load<u32>(key)
  return firstValue(header, findWord<u32>(header, hashWord(word), word))
}

export function lookupPlain8(header: u32, key: u32): u32 {
  const word = load<u64>(key)
  return firstValue(header, findWord<u64>(header, hashWord(word), word))
}

export function lookup(header: u32, key: u32): u32 {
  return used(header, findKey(header, key))
}

/** The first CPU's value, or 0. Nobody has used the key then. */
export function peek(header: u32, key: u32): u32 {
  return firstValue(header, findKey(header, key))
}

function firstValue(header: u32, element: u32): u32 {
  return element === 0 ? 0 : element + load<u32>(header, VALUE)
}

/** Makes room under a key: the first CPU's value, zero if it is new, or −errno. Flags other than 0, 1 and 2 are refused. */
export function claim(header: u32, key: u32, flags: u32): i32 {
  const place = placeFor(header, key, flags)
  if (place < 0) return place
  const value = (place & ~IS_NEW) + load<u32>(header, VALUE)
  if (place & IS_NEW) clearWords(value, load<u32>(header, VALUES_SIZE))
  return value
}

/** A program's update: 0 or −errno. A new key starts at zero for the other CPUs. */
export function update(header: u32, key: u32, value: u32, flags: u32): i32 {
  const place = placeFor(header, key, flags)
  if (place < 0) return place
  const element = place & ~IS_NEW
  if (place & IS_NEW && load<u32>(header, STRIDE) !== 0)
    clearWords(element + load<u32>(header, VALUE), load<u32>(header, VALUES_SIZE))
  copyBytes(ownValue(header, element), value, load<u32>(header, VALUE_SIZE))
  return 0
}

/** 0 or −ENOENT. */
export function remove(header: u32, key: u32): i32 {
  const element = findKey(header, key)
  if (element === 0) return -ENOENT
  if (load<u32>(header, IS_LRU)) leave(header, element)
  discard(header, element)
  return 0
}

/** The address of the key after a key, of the first one for 0 and for a key that is not there, or 0 at the end. */
export function next(header: u32, key: u32): u32 {
  const element: u32 = key === 0 ? 0 : findKey(header, key)
  const following = element === 0 ? load<u32>(header, FIRST) : load<u32>(element, AFTER)
  return following === 0 ? 0 : following + KEY
}

function findKey(header: u32, key: u32): u32 {
  return find(header, hashKey(key, load<u32>(header, KEY_SIZE)), key)
}

function used(header: u32, element: u32): u32 {
  if (element === 0) return 0
  if (load<u32>(header, IS_LRU)) markUsed(element)
  return ownValue(header, element)
}

function ownValue(header: u32, element: u32): u32 {
  const value = element + load<u32>(header, VALUE)
  const stride = load<u32>(header, STRIDE)
  return stride === 0 ? value : value + stride * load<u32>(RUNNING_CPU)
}

/** The element for an update, with IS_NEW if it has just been made, or −errno. */
function placeFor(header: u32, key: u32, flags: u32): i32 {
  if (flags > EXIST) return -EINVAL
  return load<u32>(header, IS_LRU) ? placeInLru(header, key, flags) : placeInHash(header, key, flags)
}

function placeInHash(header: u32, key: u32, flags: u32): i32 {
  const hash = hashKey(key, load<u32>(header, KEY_SIZE))
  const element = find(header, hash, key)
  if (element !== 0) return flags === NOEXIST ? -EEXIST : <i32>element
  if (flags === EXIST) return -ENOENT
  if (load<u32>(header, COUNT) >= load<u32>(header, MAX_ENTRIES)) return -E2BIG
  return <i32>insert(header, hash, key) | IS_NEW
}

/**
 * An update takes a free entry first, even for a key that is there and one that is refused: an update of a full map
 * always evicts. Per-CPU values stay where they are, so an update that makes nothing new needs no entry.
 */
function placeInLru(header: u32, key: u32, flags: u32): i32 {
  const isPerCpu = load<u32>(header, STRIDE) !== 0
  const takesEntry = !isPerCpu || flags !== EXIST
  if (takesEntry && !takeEntry(header)) return -ENOMEM
  const hash = hashKey(key, load<u32>(header, KEY_SIZE))
  let element = find(header, hash, key)
  if (element === 0 && flags !== EXIST) {
    element = insert(header, hash, key)
    wait(header, element, false)
    return <i32>element | IS_NEW
  }
  const isRefused = element === 0 || flags === NOEXIST
  if (isRefused || isPerCpu) {
    if (takesEntry) giveBack(header)
    if (isRefused) return element === 0 ? -ENOENT : -EEXIST
    markUsed(element)
    return <i32>element
  }
  leave(header, element)
  wait(header, element, true)
  return <i32>element
}
