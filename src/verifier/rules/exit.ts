import { printsSteps } from "../log/log.ts"
import { writeFrame } from "../log/state-text.ts"
import { ERRNO, Rejection, reject } from "../reject.ts"
import type { Rule } from "../rule.ts"
import type { Reference } from "../state/frame.ts"
import { markRead } from "../state/liveness.ts"
import { markPrecise } from "../state/precision.ts"
import { cloneRegister, LIVE } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import { widenImprecise } from "../state/widen.ts"
import type { Walk } from "../walk/walk.ts"
import { previousEntry } from "./may-goto.ts"
import { checkReturnValue, checkWithin } from "./return-values.ts"

/** `bpf_throw`: the path ends here, in whatever function it is. Nothing may be held. */
export function leaveByException(walk: Walk): void {
  refuseInRegions(walk, "bpf_throw")
  refuseUnreleased(walk, currentFrame(walk.state).references)
}

/** What may end the program has no place where something would stay locked or disabled. */
export function refuseInRegions(walk: Walk, what: string): void {
  const { lock, rcuLocked, preemptDisabled } = walk.state
  const refuse = (region: string, rule: Rule): never =>
    reject(walk, ERRNO.EINVAL, `${what} cannot be used inside ${region}-ed region`, rule)
  if (lock) refuse("bpf_spin_lock", "lock")
  if (rcuLocked) refuse("bpf_rcu_read_lock", "rcu")
  if (preemptDisabled > 0) refuse("bpf_preempt_disable", "preemption")
}

/** `exit`: back to the caller, or the end of the path (false). */
export function leave(walk: Walk): boolean {
  checkNothingHeld(walk)
  checkReferences(walk)
  if (walk.state.frames.length > 1) {
    returnToCaller(walk)
    walk.printWhole = true
    return true
  }
  checkReturnValue(walk)
  return false
}

function checkNothingHeld(walk: Walk): void {
  const { state } = walk
  const isProgram = state.frames.length === 1
  if (state.lock && (isProgram || !walk.rules.callsUnderLock))
    reject(walk, ERRNO.EINVAL, "bpf_spin_unlock is missing", "lock")
  if (state.rcuLocked && isProgram) reject(walk, ERRNO.EINVAL, "bpf_rcu_read_unlock is missing", "rcu")
  if (state.preemptDisabled > 0 && isProgram) {
    const several = state.preemptDisabled > 1 ? "(s) are" : " is"
    reject(walk, ERRNO.EINVAL, `${state.preemptDisabled} bpf_preempt_enable${several} missing`, "preemption")
  }
}

/** What was acquired must be given back: by the program when it ends, by a callback what it acquired itself. */
export function checkReferences(walk: Walk): void {
  const { state } = walk
  const frame = currentFrame(state)
  if (frame.number > 0 && !frame.inCallback) return
  const own = frame.references.filter(each => !frame.inCallback || each.callback === frame.number)
  refuseUnreleased(walk, own)
}

function refuseUnreleased(walk: Walk, references: readonly Reference[]): void {
  let last: string | undefined
  for (const { id, at } of references) {
    last = `Unreleased reference id=${id} alloc_insn=${at}`
    walk.log.line(last)
  }
  if (last !== undefined) throw new Rejection(ERRNO.EINVAL, last, "reference-leak")
}

export function returnToCaller(walk: Walk): void {
  const { state } = walk
  const callee = state.frames.at(-1)!
  const caller = state.frames.at(-2)!
  const r0 = callee.registers[0]!
  if (r0.type === TYPE.STACK)
    reject(walk, ERRNO.EINVAL, "cannot return stack pointer to the caller", "return-value")
  if (callee.inCallback) {
    if (r0.type !== TYPE.SCALAR) reject(walk, ERRNO.EACCES, "R0 not a scalar value", "return-value")
    markRead(walk, r0, r0.parent, LIVE.READ64)
    markPrecise(walk, 0)
    checkWithin(walk, 0, r0.scalar, callee.returnRange, false, "At callback return")
  } else {
    caller.registers[0] = cloneRegister(r0)
    caller.references = callee.references.slice()
  }
  // A callback may be called again: the call is looked at once more.
  const again = callee.inCallback && walk.rules.repeatedCallbacks
  walk.at = again ? callee.callSite : callee.callSite + 1
  if (printsSteps(walk.log)) {
    walk.log.write("returning from callee:\n")
    writeFrame(walk, callee, true)
    walk.log.write(`to caller at ${walk.at}:\n`)
    writeFrame(walk, caller, true)
  }
  state.frames.pop()
  if (!again) return
  const before = previousEntry(walk, walk.at, state)
  if (before) widenImprecise(walk, before, state)
}
