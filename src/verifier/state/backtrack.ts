import {
  ALU,
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
import { instructionText } from "../log/steps.ts"
import { callsSyncCallback } from "../rules/callback-calls.ts"
import { subprogramAt } from "../walk/subprograms.ts"
import { callsCallback, type Walk } from "../walk/walk.ts"
import type { HistoryEntry } from "./history.ts"
import {
  dropArguments,
  dropRegister,
  dropSlot,
  type PrecisionMasks,
  registersText,
  slotsText,
  wantRegister,
  wantSlot,
  wantsRegister,
  wantsSlot,
} from "./precision-masks.ts"
import type { State } from "./state.ts"

/** The entry of a step, when the history has one and it is the next one backwards. */
export function historyStep(state: State, steps: number, at: number): HistoryEntry | undefined {
  const entry = state.history[steps - 1]
  return entry?.at === at ? entry : undefined
}

/** The step before; undefined at the state's first one. */
export function previousInstruction(
  state: State,
  at: number,
  steps: number,
): { readonly at: number; readonly steps: number } | undefined {
  if (at === state.first) {
    if (steps === 0) return undefined
    if (steps === 1 && state.history[0]!.at === at) return undefined
  }
  const entry = state.history[steps - 1]
  if (entry?.at === at) return { at: entry.from, steps: steps - 1 }
  return { at: at - 1, steps }
}

/**
 * Undoes one instruction: what is looked for after it, in terms of what was before it. False when the way of a
 * value cannot be followed.
 */
export function backtrack(
  walk: Walk,
  at: number,
  following: number,
  entry: HistoryEntry | undefined,
): boolean {
  const { precision: masks, log } = walk
  const instruction = walk.code[at]!
  if (instruction.opcode === 0) return true
  if (log.level & LOG_LEVEL.STATES) {
    const registers = registersText(masks.registers[masks.frame]!)
    const slots = slotsText(masks, masks.frame)
    log.line(
      `mark_precise: frame${masks.frame}: regs=${registers} stack=${slots} before ${at}: ${instructionText(walk, at)}`,
    )
  }
  wantLinked(masks, entry)
  const followed = undo(walk, at, following, entry)
  if (followed === "done") return true
  if (!followed) return false
  wantLinked(masks, entry)
  return true
}

/** Registers that learned from each other at a jump are needed together. */
function wantLinked(masks: PrecisionMasks, entry: HistoryEntry | undefined): void {
  const linked = entry?.linked
  if (!linked) return
  const some = linked.some(({ frame, spilled, index }) =>
    spilled ? wantsSlot(masks, frame, index) : wantsRegister(masks, index, frame),
  )
  if (!some) return
  for (const { frame, spilled, index } of linked)
    if (spilled) wantSlot(masks, frame, index)
    else wantRegister(masks, index, frame)
}

/** "done" where the step ends before linked registers are looked at again. */
function undo(walk: Walk, at: number, following: number, entry: HistoryEntry | undefined): boolean | "done" {
  const masks = walk.precision
  const { opcode, dst, src } = walk.code[at]!
  switch (classOf(opcode)) {
    case CLASS.ALU:
    case CLASS.ALU64: {
      if (!wantsRegister(masks, dst)) return "done"
      const operator = operatorOf(opcode)
      if (operator === ALU.END || operator === ALU.NEG) return "done"
      if (operator === ALU.MOV) dropRegister(masks, dst)
      if (takesRegister(opcode) && src !== 10) wantRegister(masks, src)
      return true
    }
    case CLASS.LDX:
      if (!wantsRegister(masks, dst)) return "done"
      dropRegister(masks, dst)
      if (entry === undefined || entry.slot < 0) return "done"
      wantSlot(masks, entry.frame, entry.slot)
      return true
    case CLASS.STX:
    case CLASS.ST:
      // A number as an address: two pointers were subtracted.
      if (wantsRegister(masks, dst)) return false
      if (entry === undefined || entry.slot < 0) return "done"
      if (!wantsSlot(masks, entry.frame, entry.slot)) return "done"
      dropSlot(masks, entry.frame, entry.slot)
      if (classOf(opcode) === CLASS.STX) wantRegister(masks, src)
      return true
    case CLASS.LD:
      if (!wantsRegister(masks, dst)) return "done"
      dropRegister(masks, dst)
      return modeOf(opcode) === MODE.IMM
    default:
      return undoJump(walk, at, following, entry)
  }
}

function undoJump(
  walk: Walk,
  at: number,
  following: number,
  entry: HistoryEntry | undefined,
): boolean | "done" {
  const masks = walk.precision
  const { opcode, dst, src, imm } = walk.code[at]!
  const operator = operatorOf(opcode)
  if (opcode === (CLASS.JMP | JUMP.CALL)) {
    if (src === PSEUDO_CALL.SUBPROGRAM) {
      const callee = walk.subprograms[subprogramAt(walk, at + imm + 1)]!
      if (callee.global) {
        dropRegister(masks, 0)
        return "done"
      }
      // Backwards, the call leaves the callee: what its arguments need, the caller's do.
      for (let r = 1; r <= 5; r++) {
        if (!wantsRegister(masks, r)) continue
        dropRegister(masks, r)
        wantRegister(masks, r, masks.frame - 1)
      }
      masks.frame--
      return masks.frame >= 0 ? "done" : false
    }
    if (callsSyncCallback(walk, at) && at !== following - 1) {
      dropArguments(masks)
      masks.frame--
      return masks.frame >= 0 ? "done" : false
    }
    dropRegister(masks, 0)
    return true
  }
  if (operator === JUMP.EXIT) {
    if (following >= 0 && callsCallback(walk, following)) dropArguments(masks)
    const call = following >= 1 ? walk.code[following - 1] : undefined
    const isCall = call?.opcode === (CLASS.JMP | JUMP.CALL) && call.src === PSEUDO_CALL.SUBPROGRAM
    const needsResult = isCall && wantsRegister(masks, 0)
    dropRegister(masks, 0)
    masks.frame++
    if (needsResult) wantRegister(masks, 0)
    return "done"
  }
  if (takesRegister(opcode)) {
    if (!wantsRegister(masks, dst) && !wantsRegister(masks, src)) return "done"
    const stackOperands = entry?.stackOperands ?? 0
    if (!(stackOperands & 1)) wantRegister(masks, dst)
    if (!(stackOperands & 2)) wantRegister(masks, src)
  }
  return true
}
