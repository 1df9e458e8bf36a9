import type { Instruction } from "../../../isa/index.ts"
import { ERRNO, reject } from "../../reject.ts"
import { forEachRegister } from "../../state/for-each-register.ts"
import { FLAG } from "../../state/register-type.ts"
import { currentFrame } from "../../state/state.ts"
import type { Walk } from "../../walk/walk.ts"
import { releaseReference } from "../invalidate.ts"
import { walkIteratorNext } from "../iterators.ts"
import { clobber } from "../subprogram-call.ts"
import { checkKfuncArguments } from "./arguments.ts"
import { calledKfunc, type Kfunc, type KfuncCall } from "./kfunc.ts"
import { giveKfuncResult } from "./results.ts"

/** A call of a kernel function: what its flags and its prototype in BTF ask for. */
export function callKfunc(walk: Walk, instruction: Instruction): void {
  const kfunc = calledKfunc(walk, instruction)
  const call: KfuncCall = {
    kfunc,
    refId: 0,
    releases: 0,
    constant: undefined,
    iterator: undefined,
  }
  checkKfuncArguments(walk, call)
  enterOrLeaveSections(walk, kfunc)
  const frame = currentFrame(walk.state)
  if (call.releases) {
    releaseReference(walk, frame.registers[call.releases]!.refId)
  }
  clobber(walk, frame)
  giveKfuncResult(walk, call)
  if (kfunc.has("iterNext")) walkIteratorNext(walk, call.iterator!)
}

/** Read-side RCU sections, and stretches without preemption. */
function enterOrLeaveSections(walk: Walk, kfunc: Kfunc): void {
  const { state } = walk
  const { name } = kfunc
  const sleepable = kfunc.has("sleepable")
  if (name === "bpf_rcu_read_lock") {
    if (state.rcuLocked) reject(walk, ERRNO.EINVAL, `nested rcu read lock (kernel function ${name})`, "rcu")
    state.rcuLocked = true
  } else if (name === "bpf_rcu_read_unlock") {
    if (!state.rcuLocked)
      reject(walk, ERRNO.EINVAL, `unmatched rcu read unlock (kernel function ${name})`, "rcu")
    state.rcuLocked = false
    forEachRegister(state, register => {
      if (!(register.type & FLAG.RCU)) return
      register.type = (register.type & ~(FLAG.RCU | FLAG.MAYBE_NULL)) | FLAG.UNTRUSTED
    })
  } else if (state.rcuLocked && sleepable)
    reject(walk, ERRNO.EACCES, `kernel func ${name} is sleepable within rcu_read_lock region`, "rcu")
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
