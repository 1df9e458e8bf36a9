import type { Btf } from "../../btf/index.ts"
import { type Scalar, UNKNOWN, ZERO } from "../domain/index.ts"
import type { MapFacts } from "../program.ts"
import { TYPE } from "./register-type.ts"
import type { DynptrSlot, IteratorSlot } from "./slots.ts"

/** How a register or slot of an explored state was used afterwards. */
export const LIVE = { READ32: 1, READ64: 2, READ: 3, WRITTEN: 4, DONE: 8 } as const

/** An id with this bit: the register is `off` above the register of the same id. */
export const ADDED_CONSTANT = 0x8000_0000 | 0

/** What only some kinds of pointers have. Immutable: copies of a register share it. */
interface Pointee {
  readonly mapUid: number
  readonly btf: Btf | undefined
  readonly btfId: number
  readonly subprogram: number
  readonly dynptr: DynptrSlot | undefined
  readonly dynptrId: number
  readonly iterator: IteratorSlot | undefined
}

const NO_POINTEE: Pointee = {
  mapUid: 0,
  btf: undefined,
  btfId: 0,
  subprogram: 0,
  dynptr: undefined,
  dynptrId: 0,
  iterator: undefined,
}

/**
 * What is known of a register or spilled register. Mutable, and owned by one state; `scalar` and what is rare are
 * shared. Which of the fields that describe a pointee mean something depends on the type. A class only for its
 * accessors, which keep the rare fields out of every copy.
 */
export class Register {
  type: number = TYPE.NOT_INIT
  /** The fixed part of a pointer's offset; of a linked scalar its distance. */
  off = 0
  /** A number, or the variable part of a pointer's offset. */
  scalar: Scalar = UNKNOWN
  /** Bytes of packet known to be there, or of memory. */
  range = 0
  map: MapFacts | undefined = undefined
  pointee: Pointee = NO_POINTEE
  id = 0
  refId = 0
  frame = 0
  /** One more than the instruction that last wrote only the lower half; 0 for none. */
  lowWrittenAt = 0
  live = 0
  /** Whether the exact value was needed: states may only be pruned within it. */
  precise = false
  parent: Register | undefined = undefined

  /** Which inner map of a map in map it was. */
  get mapUid(): number {
    return this.pointee.mapUid
  }
  set mapUid(mapUid: number) {
    if (mapUid !== this.pointee.mapUid) this.pointee = { ...this.pointee, mapUid }
  }
  get btf(): Btf | undefined {
    return this.pointee.btf
  }
  set btf(btf: Btf | undefined) {
    if (btf !== this.pointee.btf) this.pointee = { ...this.pointee, btf }
  }
  get btfId(): number {
    return this.pointee.btfId
  }
  set btfId(btfId: number) {
    if (btfId !== this.pointee.btfId) this.pointee = { ...this.pointee, btfId }
  }
  get subprogram(): number {
    return this.pointee.subprogram
  }
  set subprogram(subprogram: number) {
    if (subprogram !== this.pointee.subprogram) this.pointee = { ...this.pointee, subprogram }
  }
  /** Of the slots of a dynptr, or of memory that a dynptr gave. */
  get dynptr(): DynptrSlot | undefined {
    return this.pointee.dynptr
  }
  set dynptr(dynptr: DynptrSlot | undefined) {
    if (dynptr !== this.pointee.dynptr) this.pointee = { ...this.pointee, dynptr }
  }
  get dynptrId(): number {
    return this.pointee.dynptrId
  }
  set dynptrId(dynptrId: number) {
    if (dynptrId !== this.pointee.dynptrId) this.pointee = { ...this.pointee, dynptrId }
  }
  get iterator(): IteratorSlot | undefined {
    return this.pointee.iterator
  }
  set iterator(iterator: IteratorSlot | undefined) {
    if (iterator !== this.pointee.iterator) this.pointee = { ...this.pointee, iterator }
  }
}

export function newRegister(): Register {
  return new Register()
}

/** An exact copy, parent and liveness included. */
export function cloneRegister(from: Register): Register {
  const r = new Register()
  copyRegister(r, from)
  r.live = from.live
  r.parent = from.parent
  return r
}

/** Copies what is known, not where the register stands among states. */
export function copyRegister(to: Register, from: Register): void {
  to.type = from.type
  to.off = from.off
  to.scalar = from.scalar
  to.range = from.range
  to.map = from.map
  to.pointee = from.pointee
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
  r.pointee = NO_POINTEE
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
