import { cloneRegister, newRegister, type Register } from "./register.ts"
import { cloneSlot, newSlot, type StackSlot } from "./stack-slot.ts"

/** A range that a return value must lie in. */
export interface ReturnRange {
  readonly min: number
  readonly max: number
}

/** A reference that must be given back. */
export interface Reference {
  readonly id: number
  /** The instruction that acquired it. */
  readonly at: number
  /** The frame of the callback that acquired it; 0 for none. */
  readonly callback: number
}

/** The call site of the main program and of global functions. */
export const NO_CALLER = -1

/** The registers and stack of one function on the call chain. */
export interface Frame {
  /** The instruction that called; NO_CALLER at the start. */
  callSite: number
  number: number
  subprogram: number
  registers: Register[]
  /** Slot 0 lies next to the frame pointer. */
  stack: StackSlot[]
  /** What is held: a callee begins with its caller's, and the caller goes on with what the callee left. */
  references: Reference[]
  inCallback: boolean
  inAsyncCallback: boolean
  asyncEntries: number
  /** How many times the loop of a callback went round. */
  callbackDepth: number
  returnRange: ReturnRange
}

export function newFrame(callSite: number, number: number, subprogram: number): Frame {
  return {
    callSite,
    number,
    subprogram,
    registers: Array.from({ length: 11 }, newRegister),
    stack: [],
    references: [],
    inCallback: false,
    inAsyncCallback: false,
    asyncEntries: 0,
    callbackDepth: 0,
    returnRange: { min: 0, max: 0 },
  }
}

export function cloneFrame(frame: Frame): Frame {
  return {
    callSite: frame.callSite,
    number: frame.number,
    subprogram: frame.subprogram,
    registers: frame.registers.map(cloneRegister),
    stack: frame.stack.map(cloneSlot),
    references: frame.references.slice(),
    inCallback: frame.inCallback,
    inAsyncCallback: frame.inAsyncCallback,
    asyncEntries: frame.asyncEntries,
    callbackDepth: frame.callbackDepth,
    returnRange: frame.returnRange,
  }
}

/** Makes the stack reach down to slot `count - 1`. */
export function growStack(frame: Frame, count: number): void {
  while (frame.stack.length < count) frame.stack.push(newSlot())
}
