import type { Walk } from "../walk/walk.ts"
import type { Frame } from "./frame.ts"
import { LIVE, type Register, setNotInit } from "./register.ts"
import { TYPE } from "./register-type.ts"
import type { State } from "./state.ts"

/**
 * Liveness runs along the chain of stored states: reading a register marks it as read in every ancestor up to the
 * last write. What no continuation reads need not be compared.
 */
export function markRead(walk: Walk, start: Register, startParent: Register | undefined, flag: number): void {
  let register = start
  let parent = startParent
  let writesScreen = parent === register.parent
  let steps = 0
  while (parent) {
    if (writesScreen && register.live & LIVE.WRITTEN) break
    if ((parent.live & LIVE.READ) === flag || parent.live & LIVE.READ64) break
    parent.live |= flag
    if (flag === LIVE.READ64) parent.live &= ~LIVE.READ32
    register = parent
    parent = register.parent
    writesScreen = true
    steps++
  }
  if (steps > walk.counters.longestMarkRead) walk.counters.longestMarkRead = steps
}

/** The continuation of `stored` reads what the same continuation of the current state would: it is pruned. */
export function propagateLiveness(walk: Walk, stored: State, current: State): void {
  const last = stored.frames.length - 1
  for (let index = 0; index <= last; index++) {
    const from = stored.frames[index]!
    const to = current.frames[index]!
    for (let r = index < last ? 6 : 0; r < 10; r++)
      propagateRegister(walk, from.registers[r]!, to.registers[r]!)
    const slots = Math.min(from.stack.length, to.stack.length)
    for (let slot = 0; slot < slots; slot++)
      propagateRegister(walk, from.stack[slot]!.register, to.stack[slot]!.register)
  }
}

function propagateRegister(walk: Walk, from: Register, to: Register): void {
  const flag = from.live & LIVE.READ
  const known = to.live & LIVE.READ
  if (known === LIVE.READ64 || flag === 0 || known === flag) return
  markRead(walk, from, to, flag)
}

/** Forgets what nobody read of a state that is explored to its end. */
export function cleanState(state: State): void {
  if (state.cleaned) return
  state.cleaned = true
  for (const frame of state.frames) cleanFrame(frame)
}

function cleanFrame(frame: Frame): void {
  for (let index = 0; index < 10; index++) {
    const register = frame.registers[index]!
    if (register.type === TYPE.NOT_INIT) continue
    if (!(register.live & LIVE.READ)) setNotInit(register)
    register.live |= LIVE.DONE
  }
  for (const slot of frame.stack) {
    if (!(slot.register.live & LIVE.READ)) {
      setNotInit(slot.register)
      slot.kinds = 0
    }
    slot.register.live |= LIVE.DONE
  }
}
