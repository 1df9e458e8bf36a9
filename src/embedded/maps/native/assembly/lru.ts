// Who goes when an LRU map is full, as Linux decides it (kernel/bpf/bpf_lru_list.c): new keys wait in the CPU's pending
// list, then age on the inactive list, or on the active one if a program has looked them up meanwhile. Where Linux goes
// on behind the last key that it looked at, this starts at the oldest.

import {
  LIST_FIRST,
  LIST_LAST,
  LIST_SIZE,
  LRU_ACTIVE,
  LRU_AFTER,
  LRU_BATCH,
  LRU_BEFORE,
  LRU_BYTES,
  LRU_FREE,
  LRU_INACTIVE,
  LRU_LIST,
  LRU_PASS,
  LRU_PENDING,
  LRU_STOCK,
  LRU_USED,
} from "../hash-layout"
import { discard } from "./elements"

/** Takes a free entry, evicting keys for it where there is none. False when nothing could go. */
export function takeEntry(header: u32): bool {
  if (load<u32>(header, LRU_STOCK) === 0) refill(header)
  if (load<u32>(header, LRU_STOCK) === 0) return false
  add(header, LRU_STOCK, -1)
  return true
}

/** Gives an entry back that was taken and not used. */
export function giveBack(header: u32): void {
  add(header, LRU_STOCK, 1)
}

/** A new key, or one that was updated, waits as the youngest. */
export function wait(header: u32, element: u32, isUsed: bool): void {
  store<u32>(element - LRU_BYTES, isUsed ? 1 : 0, LRU_USED)
  append(header + LRU_PENDING, element)
}

export function markUsed(element: u32): void {
  store<u32>(element - LRU_BYTES, 1, LRU_USED)
}

/** Takes a key off its list; its entry is free. */
export function leave(header: u32, element: u32): void {
  const isPending = load<u32>(element - LRU_BYTES, LRU_LIST) === header + LRU_PENDING
  detach(element)
  add(header, isPending ? LRU_STOCK : LRU_FREE, 1)
}

function refill(header: u32): void {
  const pending = header + LRU_PENDING
  for (let left = load<u32>(pending, LIST_SIZE); left !== 0; left--)
    age(header, load<u32>(pending, LIST_FIRST))
  rotate(header)
  const batch = load<u32>(header, LRU_BATCH)
  const ready = min(load<u32>(header, LRU_FREE), batch)
  add(header, LRU_FREE, -ready)
  add(header, LRU_STOCK, ready)
  if (ready < batch) shrink(header, batch - ready)
}

/** To the young end of the active list if the key was used, else of the inactive one; the mark goes. */
function age(header: u32, element: u32): void {
  const isUsed = wasUsed(element)
  detach(element)
  store<u32>(element - LRU_BYTES, 0, LRU_USED)
  append(header + (isUsed ? LRU_ACTIVE : LRU_INACTIVE), element)
}

function rotate(header: u32): void {
  const inactive = header + LRU_INACTIVE
  const active = header + LRU_ACTIVE
  if (load<u32>(inactive, LIST_SIZE) < load<u32>(active, LIST_SIZE)) {
    for (let left = passOf(active); left !== 0; left--) age(header, load<u32>(active, LIST_FIRST))
  }
  let element = load<u32>(inactive, LIST_FIRST)
  for (let left = passOf(inactive); left !== 0; left--) {
    const next = load<u32>(element - LRU_BYTES, LRU_AFTER)
    if (wasUsed(element)) age(header, element)
    element = next
  }
}

/** Evicts up to `wanted` unused keys, or the oldest one if all were used. */
function shrink(header: u32, wanted: u32): void {
  const inactive = header + LRU_INACTIVE
  let element = load<u32>(inactive, LIST_FIRST)
  let found: u32 = 0
  for (let left = passOf(inactive); left !== 0 && found < wanted; left--) {
    const next = load<u32>(element - LRU_BYTES, LRU_AFTER)
    if (!wasUsed(element)) {
      evict(header, element)
      found++
    }
    element = next
  }
  if (found !== 0) return
  const from = load<u32>(inactive, LIST_SIZE) !== 0 ? inactive : header + LRU_ACTIVE
  const forced = load<u32>(from, LIST_FIRST)
  if (forced !== 0) evict(header, forced)
}

function evict(header: u32, element: u32): void {
  detach(element)
  add(header, LRU_STOCK, 1)
  discard(header, element)
}

function passOf(list: u32): u32 {
  return min(load<u32>(list, LIST_SIZE), LRU_PASS)
}

function wasUsed(element: u32): bool {
  return load<u32>(element - LRU_BYTES, LRU_USED) !== 0
}

function append(list: u32, element: u32): void {
  const links = element - LRU_BYTES
  const last = load<u32>(list, LIST_LAST)
  store<u32>(links, last, LRU_BEFORE)
  store<u32>(links, 0, LRU_AFTER)
  store<u32>(links, list, LRU_LIST)
  if (last !== 0) store<u32>(last - LRU_BYTES, element, LRU_AFTER)
  else store<u32>(list, element, LIST_FIRST)
  store<u32>(list, element, LIST_LAST)
  add(list, LIST_SIZE, 1)
}

function detach(element: u32): void {
  const links = element - LRU_BYTES
  const list = load<u32>(links, LRU_LIST)
  const before = load<u32>(links, LRU_BEFORE)
  const after = load<u32>(links, LRU_AFTER)
  if (before !== 0) store<u32>(before - LRU_BYTES, after, LRU_AFTER)
  else store<u32>(list, after, LIST_FIRST)
  if (after !== 0) store<u32>(after - LRU_BYTES, before, LRU_BEFORE)
  else store<u32>(list, before, LIST_LAST)
  add(list, LIST_SIZE, -1)
}

function add(at: u32, offset: u32, change: u32): void {
  store<u32>(at + offset, load<u32>(at + offset) + change)
}
