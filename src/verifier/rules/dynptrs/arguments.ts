import { ERRNO, reject } from "../../reject.ts"
import { markRead } from "../../state/liveness.ts"
import { LIVE, type Register } from "../../state/register.ts"
import { TYPE } from "../../state/register-type.ts"
import type { DynptrKind } from "../../state/slots.ts"
import { BYTE, byteKind, everyKind } from "../../state/stack-slot.ts"
import type { Walk } from "../../walk/walk.ts"
import { checkAccess } from "../memory.ts"
import { stackObjectSlot } from "../stack-objects.ts"
import { createDynptr } from "./slots.ts"

/** What a call does with a dynptr among its arguments. */
export interface DynptrArgument {
  /** "create": makes one where none is; "use": reads what one stands for; "change": may change the dynptr itself. */
  readonly how: "create" | "use" | "change"
  /** The kind it must have, or gets. */
  readonly kind: DynptrKind | undefined
  /** The reference that a clone shares; 0 for none. */
  readonly cloneRefId: number
}

const DYNPTR_SIZE = 16

export function checkDynptr(walk: Walk, number: number, register: Register, argument: DynptrArgument): void {
  const { how, kind } = argument
  if (register.type !== TYPE.STACK && register.type !== TYPE.CONST_DYNPTR)
    reject(
      walk,
      ERRNO.EINVAL,
      `arg#${number - 1} expected pointer to stack or const struct bpf_dynptr`,
      "dynptr",
    )
  const { dynptrGuards } = walk.rules
  if (!dynptrGuards && register.type === TYPE.STACK && register.off % 8 !== 0)
    reject(walk, ERRNO.EINVAL, "cannot pass in dynptr at an offset", "dynptr")
  // Arguments were counted from 1.
  const place = dynptrGuards ? number - 1 : number
  if (how === "create") {
    create(walk, number, register, argument)
    return
  }
  if (register.type === TYPE.CONST_DYNPTR && how === "change")
    reject(walk, ERRNO.EINVAL, "cannot pass pointer to const bpf_dynptr, the helper mutates it", "dynptr")
  const dynptr = dynptrOf(walk, register)
  if (!dynptr) reject(walk, ERRNO.EINVAL, `Expected an initialized dynptr as arg #${place}`, "dynptr")
  if (kind !== undefined && dynptr.dynptr?.kind !== kind)
    reject(walk, ERRNO.EINVAL, `Expected a dynptr of type ${kind} as arg #${place}`, "dynptr")
  if (register.type === TYPE.STACK) markDynptrRead(walk, register)
}

function create(walk: Walk, number: number, register: Register, argument: DynptrArgument): void {
  const place = register.type === TYPE.CONST_DYNPTR ? undefined : stackObjectSlot(walk, register, "dynptr", 2)
  const taken = typeof place === "number" && !walk.rules.dynptrGuards && isTaken(walk, register, place)
  if (place === undefined || taken)
    reject(walk, ERRNO.EINVAL, "Dynptr has to be an uninitialized dynptr", "dynptr")
  for (let offset = 0; offset < DYNPTR_SIZE; offset += 8)
    checkAccess(walk, { kind: "write", base: number, offset, size: 8, value: undefined, signed: false })
  const slot = stackObjectSlot(walk, register, "dynptr", 2)
  if (typeof slot !== "number") throw new Error("BUG: a dynptr was written outside of the stack")
  // Nothing says of which kind it is: the kernel refuses without a word.
  if (argument.kind === undefined) reject(walk, ERRNO.EINVAL, "", "dynptr")
  createDynptr(walk, walk.state.frames[register.frame]!, slot, argument.kind, argument.cloneRefId)
}

/** Before dynptrs could be written over, none could be made where one was, or a part of it. */
function isTaken(walk: Walk, { frame }: Register, slot: number): boolean {
  const { stack } = walk.state.frames[frame]!
  return [stack[slot]!, stack[slot - 1]!].some(each =>
    [0, 1, 2, 3, 4, 5, 6, 7].some(byte => byteKind(each, byte) === BYTE.DYNPTR),
  )
}

/** What is known of the dynptr that a register points to: the register itself, or its first slot. */
export function dynptrOf(walk: Walk, register: Register): Register | undefined {
  if (register.type === TYPE.CONST_DYNPTR) return register
  const slot = stackObjectSlot(walk, register, "dynptr", 2)
  if (typeof slot !== "number") return undefined
  const { stack } = walk.state.frames[register.frame]!
  const [first, second] = [stack[slot]!, stack[slot - 1]!]
  const whole =
    first.register.dynptr?.first && everyKind(first, BYTE.DYNPTR) && everyKind(second, BYTE.DYNPTR)
  return whole ? first.register : undefined
}

function markDynptrRead(walk: Walk, register: Register): void {
  const slot = stackObjectSlot(walk, register, "dynptr", 2) as number
  const { stack } = walk.state.frames[register.frame]!
  for (const each of [stack[slot]!.register, stack[slot - 1]!.register])
    markRead(walk, each, each.parent, LIVE.READ64)
}
