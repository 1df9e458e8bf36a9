import type { Instruction } from "../../../isa/index.ts"
import { ERRNO, Rejection, reject } from "../../reject.ts"
import { forEachRegisterOrIterator } from "../../state/for-each-register.ts"
import { FLAG } from "../../state/register-type.ts"
import { currentFrame } from "../../state/state.ts"
import type { Walk } from "../../walk/walk.ts"
import { enterComparison, enterTimer, pushAsyncCallback, pushCallback } from "../callbacks.ts"
import { leaveByException } from "../exit.ts"
import { INSERTS } from "../graphs/kfuncs.ts"
import { giveUpOwnership, inTreeCallback } from "../graphs/ownership.ts"
import { dropReference, releaseReference } from "../invalidate.ts"
import { walkIteratorNext } from "../iterators.ts"
import { checkThrownValue } from "../return-values.ts"
import { clobber } from "../subprogram-call.ts"
import { checkKfuncArguments } from "./arguments.ts"
import { calledKfunc, type Kfunc, type KfuncCall, newCall } from "./kfunc.ts"
import { giveKfuncResult } from "./results.ts"

/** A call of a kernel function: what its flags and its prototype in BTF ask for. False when the path ends with it. */
export function callKfunc(walk: Walk, instruction: Instruction): boolean {
  if (isAbsent(walk)) return true
  const kfunc = calledKfunc(walk, instruction)
  const call = newCall(kfunc)
  const { name } = kfunc
  checkKfuncArguments(walk, call)
  if (name === "bpf_rbtree_add_impl") pushCallback(walk, call.callback, enterComparison(call.root!))
  if (name === "bpf_session_cookie") call.resultSize = 8
  if (name === "bpf_wq_set_callback_impl") pushAsyncCallback(walk, call.callback, enterTimer, true)
  enterOrLeaveSections(walk, kfunc)
  giveBack(walk, call)
  if (name === "bpf_throw" && walk.exceptionCallback === undefined) checkThrownValue(walk)
  const frame = currentFrame(walk.state)
  clobber(walk, frame)
  giveKfuncResult(walk, call)
  if (kfunc.has("iterNext")) walkIteratorNext(walk, call.iterator!)
  if (name !== "bpf_throw") return true
  leaveByException(walk)
  return false
}

/** A weak kfunc that this kernel does not have: its call is passed over here, and refused at the end. */
function isAbsent(walk: Walk): boolean {
  const reference = walk.program.references.get(walk.at)
  return reference?.kind === "kfunc" && reference.btfId === 0
}

function giveBack(walk: Walk, { kfunc, releases }: KfuncCall): void {
  const frame = currentFrame(walk.state)
  const { name, btfId } = kfunc
  try {
    if (releases) releaseReference(walk, frame.registers[releases]!.refId)
    if (!INSERTS.has(name)) return
    const { refId } = frame.registers[2]!
    giveUpOwnership(walk, refId)
    if (!dropReference(frame, refId)) throw new Rejection(ERRNO.EINVAL, "", "release")
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    reject(walk, ERRNO.EINVAL, `kfunc ${name}#${btfId} reference has not been acquired before`, "release")
  }
}

/** Read-side RCU sections, and stretches without preemption. */
function enterOrLeaveSections(walk: Walk, kfunc: Kfunc): void {
  const { state } = walk
  const { name } = kfunc
  const sleepable = kfunc.has("sleepable")
  const locks = name === "bpf_rcu_read_lock"
  const unlocks = name === "bpf_rcu_read_unlock"
  if (state.rcuLocked) {
    if ((locks || unlocks) && inTreeCallback(walk))
      reject(walk, ERRNO.EACCES, "Calling bpf_rcu_read_{lock,unlock} in unnecessary rbtree callback", "rcu")
    if (locks) reject(walk, ERRNO.EINVAL, `nested rcu read lock (kernel function ${name})`, "rcu")
    if (unlocks) {
      forEachRegisterOrIterator(state, register => {
        if (!(register.type & FLAG.RCU)) return
        register.type = (register.type & ~(FLAG.RCU | FLAG.MAYBE_NULL)) | FLAG.UNTRUSTED
      })
      state.rcuLocked = false
    } else if (sleepable)
      reject(walk, ERRNO.EACCES, `kernel func ${name} is sleepable within rcu_read_lock region`, "rcu")
  } else if (locks) state.rcuLocked = true
  else if (unlocks) reject(walk, ERRNO.EINVAL, `unmatched rcu read unlock (kernel function ${name})`, "rcu")
  if (name === "bpf_preempt_disable") state.preemptDisabled++
  else if (name === "bpf_preempt_enable") {
    if (state.preemptDisabled === 0)
      reject(
        walk,
        ERRNO.EINVAL,
        `unmatched attempt to enable preemption (kernel function ${name})`,
        "preemption",
      )
    state.preemptDisabled--
  } else if (state.preemptDisabled > 0 && sleepable)
    reject(walk, ERRNO.EACCES, `kernel func ${name} is sleepable within non-preemptible region`, "preemption")
}
