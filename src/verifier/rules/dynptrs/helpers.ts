import type { HelperArgument } from "../../../catalog/details.ts"
import { ERRNO, reject } from "../../reject.ts"
import type { Register } from "../../state/register.ts"
import { TYPE } from "../../state/register-type.ts"
import { currentFrame } from "../../state/state.ts"
import type { Walk } from "../../walk/walk.ts"
import type { HelperCall } from "../helper-call.ts"
import { stackObjectSlot } from "../stack-objects.ts"
import { checkDynptr, dynptrOf } from "./arguments.ts"
import { releaseDynptr } from "./slots.ts"

/** A dynptr among the arguments of a helper. */
export function checkHelperDynptr(
  walk: Walk,
  argument: HelperArgument,
  number: number,
  register: Register,
): void {
  const how = argument.access === "uninit" ? "create" : argument.access === "read" ? "use" : "change"
  checkDynptr(walk, number, register, { how, kind: argument.dynptr, cloneRefId: 0 })
}

/** Only a dynptr on the stack that holds a reference can be given back; asked before anything else of it. */
export function checkReleasedDynptr(walk: Walk, number: number, register: Register): void {
  if (register.type !== TYPE.STACK)
    reject(walk, ERRNO.EINVAL, "cannot release unowned const bpf_dynptr", "dynptr")
  const slot = stackObjectSlot(walk, register, "dynptr", 2)
  const frame = walk.state.frames[register.frame]!
  if (typeof slot !== "number" || !frame.stack[slot]!.register.refId)
    reject(walk, ERRNO.EINVAL, `arg ${number} is an unacquired reference`, "dynptr")
}

export function giveBackDynptr(walk: Walk, register: Register): void {
  const slot = stackObjectSlot(walk, register, "dynptr", 2) as number
  releaseDynptr(walk, walk.state.frames[register.frame]!, slot)
}

/** `bpf_dynptr_data`: the slice ends with the dynptr. */
export function noteDynptr(walk: Walk, call: HelperCall): void {
  const dynptr = passedDynptr(walk, call)
  call.dynptrId = dynptr.id
  call.refId = dynptr.refId
}

/** `bpf_dynptr_write`: a packet may have to be copied for it, which ends pointers into it. */
export function writeThroughDynptr(walk: Walk, call: HelperCall): boolean {
  return passedDynptr(walk, call).dynptr?.kind === "skb"
}

function passedDynptr(walk: Walk, { prototype }: HelperCall): Register {
  const index = prototype.arguments.findIndex(each => each.kind === "dynptr")
  return dynptrOf(walk, currentFrame(walk.state).registers[index + 1]!)!
}
