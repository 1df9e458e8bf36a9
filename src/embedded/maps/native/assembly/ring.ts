// Operations of ring buffers. `ring` is a ring's header; records may be any address.

import { RECORD_ORDER } from "../../../memory/shared-words"
import { EAGAIN, EINVAL } from "../errno"
import {
  MAX_RECORD,
  RECORD_BUSY,
  RECORD_BYTES,
  RECORD_DISCARDED,
  RECORD_LENGTH,
  RECORD_RING,
  RING_CONSUMED,
  RING_DATA,
  RING_HEADER_BYTES,
  RING_LISTENING,
  RING_LOST,
  RING_MARK,
  RING_MARK_VALUE,
  RING_PENDING,
  RING_PRODUCED,
  RING_READY,
  RING_SIZE,
  WAKEUP_FLAGS,
} from "../ring-layout"
import { copyBytes } from "./bytes"
import { grow, shown } from "./host"

const LARGEST: u32 = MAX_RECORD
const KNOWN_FLAGS: u32 = WAKEUP_FLAGS
const HEADER: u32 = RECORD_BYTES

/** The address of a record of `size` bytes, or 0 when the buffer has no room for it. */
export function reserve(ring: u32, size: u32): u32 {
  const produced = load<u64>(ring, RING_PRODUCED)
  const end = produced + lengthOf(size)
  // One byte short of full: positions of a full and of an empty buffer would look the same.
  if (size > LARGEST || end - load<u64>(ring, RING_CONSUMED) >= load<u32>(ring, RING_SIZE)) {
    store<u32>(ring, load<u32>(ring, RING_LOST) + 1, RING_LOST)
    return 0
  }
  if (load<u32>(ring, RING_DATA) === 0) grow(ring)
  const record = recordAt(ring, produced)
  store<u32>(record, size | RECORD_BUSY, RECORD_LENGTH)
  store<u32>(record, ring, RECORD_RING)
  store<u64>(ring, end, RING_PRODUCED)
  return record + RECORD_BYTES
}

/** The ring whose reserved record has its data at this address, or 0. */
export function ringOf(data: u32): u32 {
  const end = (<u64>memory.size()) << 16
  if (data < HEADER || data > end || (data & 7) !== 0) return 0
  const record = data - RECORD_BYTES
  const ring: u32 = load<u32>(record, RECORD_RING)
  if (<u64>ring + RING_HEADER_BYTES > end) return 0
  if (load<u32>(ring, RING_MARK) !== (ring ^ RING_MARK_VALUE)) return 0
  if ((load<u32>(record, RECORD_LENGTH) & RECORD_BUSY) === 0) return 0
  const ready = load<u64>(ring, RING_READY)
  const offset = <u32>record - load<u32>(ring, RING_DATA)
  const isInside = offset < load<u32>(ring, RING_SIZE)
  const behind = (offset - <u32>ready) & (load<u32>(ring, RING_SIZE) - 1)
  return isInside && behind < load<u64>(ring, RING_PRODUCED) - ready ? ring : 0
}

/** Hands a reserved record to the reader, or throws it away: 0, or −EINVAL when nothing is reserved there. */
export function commit(data: u32, isDiscarded: bool): i32 {
  const ring = ringOf(data)
  if (ring === 0) return -EINVAL
  finish(ring, data, isDiscarded)
  return 0
}

/** bpf_ringbuf_output: 0, −EINVAL for unknown flags, −EAGAIN when there is no room. */
export function output(ring: u32, from: u32, size: u32, flags: u32): i32 {
  if (flags > KNOWN_FLAGS) return -EINVAL
  const data = reserve(ring, size)
  if (data === 0) return -EAGAIN
  copyBytes(data, from, size)
  finish(ring, data, false)
  return 0
}

function finish(ring: u32, data: u32, isDiscarded: bool): void {
  const record = data - RECORD_BYTES
  const length = load<u32>(record, RECORD_LENGTH) & ~RECORD_BUSY
  store<u32>(record, isDiscarded ? length | RECORD_DISCARDED : length, RECORD_LENGTH)
  show(ring)
}

/** A record waits for every one that was reserved before it. The host may read, and write, while it is told of one. */
function show(ring: u32): void {
  for (;;) {
    const ready = load<u64>(ring, RING_READY)
    if (ready >= load<u64>(ring, RING_PRODUCED)) return
    const record = recordAt(ring, ready)
    const length = load<u32>(record, RECORD_LENGTH)
    if (length & RECORD_BUSY) return
    store<u64>(ring, ready + lengthOf(length & MAX_RECORD), RING_READY)
    if (length & RECORD_DISCARDED) continue
    const order = load<u64>(RECORD_ORDER) + 1
    store<u64>(RECORD_ORDER, order)
    store<u32>(record, <u32>order, RECORD_RING)
    store<u32>(ring, load<u32>(ring, RING_PENDING) + 1, RING_PENDING)
    if (load<u32>(ring, RING_LISTENING)) shown(ring)
  }
}

/** What a record takes of the buffer. */
function lengthOf(size: u32): u64 {
  return (<u64>size + RECORD_BYTES + 7) & ~7
}

function recordAt(ring: u32, position: u64): u32 {
  return load<u32>(ring, RING_DATA) + (<u32>position & (load<u32>(ring, RING_SIZE) - 1))
}
