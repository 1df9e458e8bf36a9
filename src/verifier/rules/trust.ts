import type { Register } from "../state/register.ts"
import { baseType, FLAG, TYPE } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"

/** Programs that cannot sleep run inside an RCU section as a whole. */
export function inRcuSection(walk: Walk): boolean {
  const { state } = walk
  return state.rcuLocked || state.lock !== undefined || !mayCallSleepable(walk)
}

/** Sleepable programs, and work items of any program. */
export function mayCallSleepable({ state, program }: Walk): boolean {
  return program.sleepable || state.sleepable
}

const KERNEL_OWN = new Set<number>([TYPE.SOCKET, TYPE.TCP_SOCK, TYPE.SOCK_COMMON, TYPE.CONST_MAP])

/** Whether a pointer may go where only living objects may: referenced, or trusted and not otherwise marked. */
export function isTrusted({ type, refId }: Register): boolean {
  if (refId !== 0) return true
  const base = baseType(type)
  if (KERNEL_OWN.has(base)) return (type & ~0xff) === 0
  const marks = type & ~0xff & ~FLAG.MAYBE_NULL
  return (marks & FLAG.TRUSTED) !== 0 && (marks & (FLAG.UNTRUSTED | FLAG.PER_CPU | FLAG.USER)) === 0
}

export function isRcuProtected({ type }: Register): boolean {
  return (type & FLAG.RCU) !== 0
}
