import { type TypeId, VOID } from "../../../btf/index.ts"
import { UNKNOWN } from "../../domain/index.ts"
import { ERRNO, reject, unsupported } from "../../reject.ts"
import { type Register, setNotInit, setPointer, setScalar } from "../../state/register.ts"
import { FLAG, TYPE } from "../../state/register-type.ts"
import { currentFrame } from "../../state/state.ts"
import { nextId, type Walk } from "../../walk/walk.ts"
import { kernelContextOf } from "../context-types.ts"
import { setNonOwning } from "../graphs/ownership.ts"
import { acquireReference } from "../invalidate.ts"
import { hasLock } from "../records.ts"
import type { KfuncCall } from "./kfunc.ts"
import { giveObject, givesObject } from "./object-results.ts"
import { giveSlice } from "./slice-results.ts"

/** What r0 holds after a kfunc, by its return type. */
export function giveKfuncResult(walk: Walk, call: KfuncCall): void {
  const { kfunc } = call
  const { btf, prototype, name } = kfunc
  const r0 = currentFrame(walk.state).registers[0]!
  const type = btf.resolve(prototype.returns)
  if (type === VOID) {
    setNotInit(r0)
    return
  }
  const kind = btf.kindOf(type)
  if (kind === "int" || kind === "enum" || kind === "enum64") {
    setScalar(r0, UNKNOWN, !walk.privileges.bpf)
    r0.lowWrittenAt = btf.sizeOf(type) === 8 ? 0 : walk.at + 1
    return
  }
  if (kind !== "ptr") unsupported(`results of kind ${kind} of kfunc ${name}`)
  givePointer(walk, call, r0)
  // A counted object that is held certainly gives another reference.
  const nullable = kfunc.has("retNull") && !(name === "bpf_refcount_acquire_impl" && call.owned)
  if (nullable) {
    r0.type |= FLAG.MAYBE_NULL
    r0.id = nextId(walk)
  }
  if (kfunc.has("acquire")) {
    const id = acquireReference(walk)
    if (nullable) r0.id = id
    r0.refId = id
  } else if (name === "bpf_rbtree_first") setNonOwning(walk, r0)
  if (r0.id === 0 && hasLock(walk, r0)) r0.id = nextId(walk)
}

function givePointer(walk: Walk, call: KfuncCall, r0: Register): void {
  const { kfunc } = call
  const { btf, prototype, name } = kfunc
  if (givesObject(name)) {
    giveObject(walk, call, r0)
    return
  }
  if (name === "bpf_cast_to_kern_ctx") {
    const id = btf.find(kernelContextOf(walk) ?? "", "struct")
    if (id === undefined) unsupported("bpf_cast_to_kern_ctx in this type of program")
    setPointer(r0, TYPE.BTF_ID | FLAG.TRUSTED)
    r0.btf = btf
    r0.btfId = id
    return
  }
  if (name === "bpf_rdonly_cast") {
    const id = Number(call.constant ?? 0n)
    if (id === 0 || id >= btf.count || !["struct", "union"].includes(btf.kindOf(id)))
      reject(
        walk,
        ERRNO.EINVAL,
        "kfunc bpf_rdonly_cast type ID argument must be of a struct",
        "argument-value",
      )
    setPointer(r0, TYPE.BTF_ID | FLAG.UNTRUSTED)
    r0.btf = btf
    r0.btfId = id
    return
  }
  if (name === "bpf_dynptr_slice" || name === "bpf_dynptr_slice_rdwr") {
    giveSlice(walk, call, r0)
    return
  }
  const target = btf.resolve(btf.typeOf(btf.resolve(prototype.returns), "ptr")!.type)
  if (target === VOID) {
    setScalar(r0, UNKNOWN, !walk.privileges.bpf)
    return
  }
  const kind = btf.kindOf(target)
  if (kind === "struct") {
    setPointer(r0, TYPE.BTF_ID | (kfunc.has("iterNext") ? elementTrust(walk, call) : 0))
    r0.btf = btf
    r0.btfId = target
    return
  }
  giveMemory(walk, call, r0, target)
}

/** Elements of an iterator that an RCU section protects are protected by it too. */
function elementTrust({ state }: Walk, { iterator }: KfuncCall): number {
  const { type } = state.frames[iterator!.frame]!.stack[iterator!.slot]!.register
  return type & FLAG.RCU ? FLAG.RCU : FLAG.TRUSTED
}

function giveMemory(walk: Walk, call: KfuncCall, r0: Register, target: TypeId): void {
  const { btf, name } = call.kfunc
  const type = btf.type(target)
  const sized = type.kind !== "func_proto" && type.kind !== "fwd"
  if (call.resultSize === 0) {
    if (!sized)
      reject(
        walk,
        ERRNO.EINVAL,
        `kernel function ${name} returns pointer type ${type.kind.toUpperCase()} ${"name" in type ? type.name : ""} is not supported`,
        "kfunc-not-allowed",
      )
    call.resultSize = btf.sizeOf(target)
    call.resultReadOnly = true
  }
  setPointer(r0, TYPE.MEM | (call.resultReadOnly ? FLAG.READ_ONLY : 0))
  r0.range = call.resultSize
  if (call.refId) r0.refId = call.refId
}
