import {
  ALU,
  ATOMIC,
  CLASS,
  classOf,
  JUMP,
  MODE,
  modeOf,
  operatorOf,
  PSEUDO_CALL,
  takesRegister,
} from "../../isa/index.ts"
import { LOG_LEVEL } from "../log/log.ts"
import { writeFrame } from "../log/state-text.ts"
import { instructionText } from "../log/steps.ts"
import { callsAsyncCallback, callsSyncCallback } from "../rules/callback-calls.ts"
import type { Walk } from "../walk/walk.ts"
import { previousInstruction } from "./backtrack.ts"
import { markAllPrecise } from "./precision.ts"
import { LIVE } from "./register.ts"
import { TYPE } from "./register-type.ts"
import { isScalarSpill, isSpill } from "./stack-slot.ts"
import type { State } from "./state.ts"

/** What is looked for: registers as bits, and slots of the one frame that is followed. */
interface Wanted {
  registers: number
  readonly slots: Set<number>
}

const FRAME_POINTER = 10
const ARGUMENT_REGISTERS = 0b111110

/**
 * How precision was followed before 6.8: in one frame, through accesses that name the frame pointer, and up to the
 * next call. Where a way is lost, every number behind it counts as needed.
 */
export function markPreciseEarly(walk: Walk, frame: number, register: number): void {
  markChain(walk, frame, { registers: 1 << register, slots: new Set() })
}

/** As `propagatePrecision`, one register after the other. */
export function propagatePrecisionEarly(walk: Walk, old: State): void {
  const loud = (walk.log.level & LOG_LEVEL.STATES) !== 0
  for (let index = old.frames.length - 1; index >= 0; index--) {
    const frame = old.frames[index]!
    for (let r = 0; r < FRAME_POINTER; r++) {
      const { type, precise, live } = frame.registers[r]!
      if (type !== TYPE.SCALAR || !precise || !(live & LIVE.READ)) continue
      if (loud) walk.log.line(`frame ${index}: propagating r${r}`)
      markPreciseEarly(walk, index, r)
    }
    frame.stack.forEach((slot, at) => {
      if (!isScalarSpill(slot) || !slot.register.precise || !(slot.register.live & LIVE.READ)) return
      if (loud) walk.log.line(`frame ${index}: propagating fp${(-at - 1) * 8}`)
      const now = walk.state.frames[index]!.stack[at]
      if (now && isScalarSpill(now)) markChain(walk, index, { registers: 0, slots: new Set([at]) })
    })
  }
}

function markChain(walk: Walk, frame: number, wanted: Wanted): void {
  const loud = (walk.log.level & LOG_LEVEL.STATES) !== 0
  let state: State = walk.state
  let last = walk.at
  // The instruction that asks is not itself undone.
  let skip = true
  for (;;) {
    if (loud) walk.log.line(`last_idx ${last} first_idx ${state.first}`)
    if (last < 0) {
      markArguments(state, wanted)
      return
    }
    let steps = state.history.length
    for (let at = last; ; ) {
      if (skip) skip = false
      else if (!undo(walk, at, wanted)) {
        markAllPrecise(state)
        return
      }
      if (wanted.registers === 0 && wanted.slots.size === 0) return
      const previous = previousInstruction(state, at, steps)
      if (previous === undefined) break
      at = previous.at
      steps = previous.steps
      if (at < 0) break
    }
    const { parent } = state
    if (!parent) return
    if (!markState(walk, parent, frame, wanted)) return
    state = parent
    last = state.last
  }
}

function markArguments(state: State, { registers }: Wanted): void {
  for (let r = 1; r <= 5; r++) {
    const register = state.frames[0]!.registers[r]!
    if ((registers >> r) & 1 && register.type === TYPE.SCALAR) register.precise = true
  }
}

/** Marks what a stored state holds; false when nothing is left to look for behind it. */
function markState(walk: Walk, state: State, index: number, wanted: Wanted): boolean {
  const frame = state.frames[index]
  if (!frame) return false
  let isNew = false
  for (let r = 0; r <= FRAME_POINTER; r++) {
    if (!((wanted.registers >> r) & 1)) continue
    const register = frame.registers[r]!
    if (register.type !== TYPE.SCALAR) wanted.registers &= ~(1 << r)
    else {
      isNew ||= !register.precise
      register.precise = true
    }
  }
  for (const at of [...wanted.slots].sort((a, b) => a - b)) {
    const slot = frame.stack[at]
    if (!slot) {
      markAllPrecise(state)
      return false
    }
    if (!isSpill(slot) || slot.register.type !== TYPE.SCALAR) wanted.slots.delete(at)
    else {
      isNew ||= !slot.register.precise
      slot.register.precise = true
    }
  }
  if (walk.log.level & LOG_LEVEL.STATES) {
    walk.log.write(`parent ${isNew ? "didn't have" : "already had"} ${wantedText(wanted)} marks:`)
    writeFrame(walk, frame, true)
  }
  return isNew && (wanted.registers !== 0 || wanted.slots.size > 0)
}

function wantedText({ registers, slots }: Wanted): string {
  const mask = [...slots].reduce((sum, slot) => sum | (1n << BigInt(slot)), 0n)
  return `regs=${registers.toString(16)} stack=${mask.toString(16)}`
}

/** Undoes one instruction; false when the way of a value cannot be followed. */
function undo(walk: Walk, at: number, wanted: Wanted): boolean {
  const { opcode, dst, src, off, imm } = walk.code[at]!
  if (opcode === 0) return true
  if (walk.log.level & LOG_LEVEL.STATES)
    walk.log.line(`${wantedText(wanted)} before ${at}: ${instructionText(walk, at)}`)
  const wants = (register: number) => ((wanted.registers >> register) & 1) === 1
  const want = (register: number) => {
    wanted.registers |= 1 << register
  }
  const drop = (register: number) => {
    wanted.registers &= ~(1 << register)
  }
  const slot = (-off - 1) >> 3
  const kind = classOf(opcode)
  const fetches = kind === CLASS.STX && modeOf(opcode) === MODE.ATOMIC && (imm & ATOMIC.FETCH) !== 0
  switch (fetches ? CLASS.LDX : kind) {
    case CLASS.ALU:
    case CLASS.ALU64: {
      const operator = operatorOf(opcode)
      if (!wants(dst) || operator === ALU.END || operator === ALU.NEG) return true
      if (operator === ALU.MOV) drop(dst)
      if (takesRegister(opcode)) want(src)
      return true
    }
    case CLASS.LDX: {
      const loaded = !fetches ? dst : imm === ATOMIC.CMPXCHG ? 0 : src
      if (!wants(loaded)) return true
      drop(loaded)
      if ((fetches ? dst : src) === FRAME_POINTER) wanted.slots.add(slot)
      return true
    }
    case CLASS.STX:
    case CLASS.ST:
      // A number as an address: two pointers were subtracted.
      if (wants(dst)) return false
      if (dst !== FRAME_POINTER || !wanted.slots.delete(slot)) return true
      if (kind === CLASS.STX) want(src)
      return true
    case CLASS.LD:
      if (!wants(dst)) return true
      drop(dst)
      return modeOf(opcode) === MODE.IMM
    default:
  }
  const operator = operatorOf(opcode)
  if (operator === JUMP.EXIT) return false
  if (operator === JUMP.CALL) {
    if (src === PSEUDO_CALL.SUBPROGRAM || (src === PSEUDO_CALL.KFUNC && imm === 0)) return false
    if (src === PSEUDO_CALL.HELPER && (callsSyncCallback(walk, at) || callsAsyncCallback(walk, at)))
      return false
    drop(0)
    wanted.registers &= ~ARGUMENT_REGISTERS
    return true
  }
  if (takesRegister(opcode) && (wants(dst) || wants(src))) {
    want(dst)
    want(src)
  }
  return true
}
