import { VOID } from "../../../btf/index.ts"
import { UNKNOWN } from "../../domain/index.ts"
import { ERRNO, reject, unsupported } from "../../reject.ts"
import { type Register, setNotInit, setPointer, setScalar } from "../../state/register.ts"
import { FLAG, TYPE } from "../../state/register-type.ts"
import { currentFrame } from "../../state/state.ts"
import { nextId, type Walk } from "../../walk/walk.ts"
import { kernelContextOf } from "../context-types.ts"
import { acquireReference } from "../invalidate.ts"
import type { KfuncCall } from "./kfunc.ts"

/** What r0 holds after a kfunc, by its return type. */
export function giveKfuncResult(walk: Walk, call: KfuncCall): void {
  const { kfunc } = call
  const { btf, prototype } = kfunc
  const r0 = currentFrame(walk.state).registers[0]!
  const type = btf.resolve(prototype.returns)
  if (type === VOID) {
    setNotInit(r0)
    return
  }
  const kind = btf.kindOf(type)
  if (kind === "int" || kind === "enum" || kind === "enum64") {
    setScalar(r0, UNKNOWN, !walk.privileged)
    return
  }
  if (kind !== "ptr") unsupported(`results of kind ${kind} of kfunc ${kfunc.name}`)
  givePointer(walk, call, r0)
  if (kfunc.has("retNull")) {
    r0.type |= FLAG.MAYBE_NULL
    r0.id = nextId(walk)
  }
  if (!kfunc.has("acquire")) return
  const id = acquireReference(walk)
  if (kfunc.has("retNull")) r0.id = id
  r0.refId = id
}

/** Functions whose memory programs may write. */
const WRITABLE = new Set(["bpf_session_cookie"])

function givePointer(walk: Walk, call: KfuncCall, r0: Register): void {
  const { kfunc } = call
  const { btf, prototype, name } = kfunc
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
  const target = btf.resolve(btf.typeOf(btf.resolve(prototype.returns), "ptr")!.type)
  const kind = target === VOID ? "void" : btf.kindOf(target)
  if (kind === "struct" || kind === "union") {
    setPointer(r0, TYPE.BTF_ID | (kfunc.has("iterNext") ? FLAG.TRUSTED : 0))
    r0.btf = btf
    r0.btfId = target
    return
  }
  if (kind === "void" || kind === "func_proto" || kind === "fwd") unsupported(`results of kfunc ${name}`)
  setPointer(r0, TYPE.MEM | (WRITABLE.has(name) ? 0 : FLAG.READ_ONLY))
  r0.range = btf.sizeOf(target)
  if (call.refId) r0.refId = call.refId
}
