import type { Btf } from "../../btf/index.ts"
import { type Scalar, UNKNOWN, ZERO } from "../domain/index.ts"
import type { MapFacts } from "../program.ts"
import { TYPE } from "./register-type.ts"
import type { DynptrSlot, IteratorSlot } from "./slots.ts"

/** How a register or slot of an explored state was used afterwards. */
export const LIVE = { READ32: 1, READ64: 2, READ: 3, WRITTEN: 4, DONE: 8 } as const

/** An id with this bit: the register is `off` above the register of the same id. */
export const ADDED_CONSTANT = 0x8000_0000 | 0

/**
 * What is known of a register or spilled register. Mutable, and owned by one state; `scalar` is shared. Which of
 * the fields that describe a pointee mean something depends on the type.
 */
export interface Register {
  type: number
  /** The fixed part of a pointer's offset; of a linked scalar its distance. */
  off: number
  /** A number, or the variable part of a pointer's offset. */
  scalar: Scalar
  /** Bytes of packet known to be there, or of memory. */
  range: number
  map: MapFacts | undefined
  /** Which inner map of a map in map it was. */
  mapUid: number
  btf: Btf | undefined
  btfId: number
  subprogram: number
  /** Of the slots of a dynptr, or of memory that a dynptr gave. */
  dynptr: DynptrSlot | undefined
  dynptrId: number
  iterator: IteratorSlot | undefined
  id: number
  refId: number
  frame: number
  /** One more than the instruction that last wrote only the lower half; 0 for none. */
  lowWrittenAt: number
  live: number
  /** Whether the exact value was needed: states may only be pruned within it. */
  precise: boolean
  parent: Register | undefined
}

export function newRegister(): Register {
  return {
    type: TYPE.NOT_INIT,
    off: 0,
    scalar: UNKNOWN,
    range: 0,
    map: undefined,
    mapUid: 0,
    btf: undefined,
    btfId: 0,
    subprogram: 0,
    dynptr: undefined,
    dynptrId: 0,
    iterator: undefined,
    id: 0,
    refId: 0,
    frame: 0,
    lowWrittenAt: 0,
    live: 0,
    precise: false,
    parent: undefined,
  }
}

/** An exact copy, parent and liveness included. */
export function cloneRegister(r: Register): Register {
  return {
    type: r.type,
    off: r.off,
    scalar: r.scalar,
    range: r.range,
    map: r.map,
    mapUid: r.mapUid,
    btf: r.btf,
    btfId: r.btfId,
    subprogram: r.subprogram,
    dynptr: r.dynptr,
    dynptrId: r.dynptrId,
    iterator: r.iterator,
    id: r.id,
    refId: r.refId,
    frame: r.frame,
    lowWrittenAt: r.lowWrittenAt,
    live: r.live,
    precise: r.precise,
    parent: r.parent,
  }
}

/** Copies what is known, not where the register stands among states. */
export function copyRegister(to: Register, from: Register): void {
  to.type = from.type
  to.off = from.off
  to.scalar = from.scalar
  to.range = from.range
  to.map = from.map
  to.mapUid = from.mapUid
  to.btf = from.btf
  to.btfId = from.btfId
  to.subprogram = from.subprogram
  to.dynptr = from.dynptr
  to.dynptrId = from.dynptrId
  to.iterator = from.iterator
  to.id = from.id
  to.refId = from.refId
  to.frame = from.frame
  to.lowWrittenAt = from.lowWrittenAt
  to.precise = from.precise
}

function reset(r: Register, type: number, scalar: Scalar): void {
  r.type = type
  r.off = 0
  r.scalar = scalar
  r.range = 0
  r.map = undefined
  r.mapUid = 0
  r.btf = undefined
  r.btfId = 0
  r.subprogram = 0
  r.dynptr = undefined
  r.dynptrId = 0
  r.iterator = undefined
  r.id = 0
  r.refId = 0
  r.frame = 0
  r.precise = false
}

export function setNotInit(r: Register): void {
  reset(r, TYPE.NOT_INIT, UNKNOWN)
}

/** Any number; `precise` for programs whose precision is not tracked. */
export function setScalar(r: Register, scalar: Scalar, precise = false): void {
  reset(r, TYPE.SCALAR, scalar)
  r.precise = precise
}

/** Changes the number in place: id, type and offset stay. */
export function setKnown(r: Register, scalar: Scalar): void {
  r.scalar = scalar
  r.id = 0
  r.refId = 0
  r.map = undefined
  r.range = 0
}

/** A pointer to the start of something: offset 0, no id. */
export function setPointer(r: Register, type: number): void {
  reset(r, type, ZERO)
}

export function isScalar(r: Register): boolean {
  return r.type === TYPE.SCALAR
}
