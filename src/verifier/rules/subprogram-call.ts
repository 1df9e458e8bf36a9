import type { Instruction } from "../../isa/index.ts"
import { UNKNOWN, ZERO } from "../domain/index.ts"
import { printsSteps } from "../log/log.ts"
import { writeFrame } from "../log/state-text.ts"
import { ERRNO, reject } from "../reject.ts"
import { type Frame, newFrame } from "../state/frame.ts"
import { cloneRegister, LIVE, setNotInit, setPointer, setScalar } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import { currentFrame, type State } from "../state/state.ts"
import { subprogramAt } from "../walk/subprograms.ts"
import { touchEverything, touchRegister, type Walk } from "../walk/walk.ts"
import { checkGlobalCall } from "./global-calls.ts"
import { forgetPacketPointers } from "./invalidate.ts"

const MOST_FRAMES = 8

/** Calls of the program's own functions: static ones are walked into, global ones are checked for themselves. */
export function callSubprogram(walk: Walk, { imm }: Instruction): void {
  const index = subprogramAt(walk, walk.at + imm + 1)
  const subprogram = walk.subprograms[index]!
  const { state } = walk
  const caller = currentFrame(state)
  if (subprogram.global) {
    if (state.lock)
      reject(
        walk,
        ERRNO.EINVAL,
        "global function calls are not allowed while holding a lock,\nuse static function instead",
        "callback",
      )
    if (state.preemptDisabled)
      reject(
        walk,
        ERRNO.EINVAL,
        "global function calls are not allowed with preemption disabled,\nuse static function instead",
        "callback",
      )
    checkGlobalCall(walk, index)
    walk.log.line(
      walk.rules.lazyGlobals
        ? `Func#${index} ('${subprogram.name}') is global and assumed valid.`
        : `Func#${index} is global and valid. Skipping.`,
    )
    if (subprogram.changesPacketData) forgetPacketPointers(walk)
    subprogram.called = true
    clobber(walk, caller)
    setScalar(caller.registers[0]!, UNKNOWN, !walk.privileges.bpf)
    caller.registers[0]!.lowWrittenAt = 0
    return
  }
  const callee = enter(walk, state, index, walk.at)
  // The copies stay connected to the chain of stored states.
  for (let r = 1; r <= 5; r++) callee.registers[r] = cloneRegister(caller.registers[r]!)
  clobber(walk, caller)
  walk.at = subprogram.start - 1
  if (!printsSteps(walk.log)) return
  walk.log.write("caller:\n")
  writeFrame(walk, caller, true)
  walk.log.write("callee:\n")
  writeFrame(walk, callee, true)
}

/** Adds the frame of a called function. */
export function enter(walk: Walk, state: State, index: number, callSite: number): Frame {
  const depth = state.frames.length
  if (depth + 1 > MOST_FRAMES)
    reject(walk, ERRNO.E2BIG, `the call stack of ${depth + 1} frames is too deep`, "call-depth")
  const frame = newFrame(callSite, depth, index)
  setFramePointer(frame)
  frame.references = currentFrame(state).references.slice()
  state.frames.push(frame)
  touchEverything(walk)
  return frame
}

export function setFramePointer(frame: Frame): void {
  const pointer = frame.registers[10]!
  setPointer(pointer, TYPE.STACK)
  pointer.scalar = ZERO
  pointer.frame = frame.number
}

/** A call leaves r0 to r5 undefined. */
export function clobber(walk: Walk, frame: Frame): void {
  for (let r = 0; r <= 5; r++) {
    const register = frame.registers[r]!
    setNotInit(register)
    register.live |= LIVE.WRITTEN
    register.lowWrittenAt = 0
    touchRegister(walk, r)
  }
}
