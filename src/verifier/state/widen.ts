import { UNKNOWN } from "../domain/index.ts"
import type { Walk } from "../walk/walk.ts"
import { registersMatch } from "./equal.ts"
import { newIdMap, resetIdMap } from "./id-map.ts"
import { type Register, setScalar } from "./register.ts"
import { TYPE } from "./register-type.ts"
import { isScalarSpill } from "./stack-slot.ts"
import type { State } from "./state.ts"

/**
 * Between two rounds of a loop, numbers that nothing needed exactly and that changed become unknown, so that the
 * next round finds a state that covers it.
 */
export function widenImprecise(walk: Walk, old: State, current: State): void {
  const ids = newIdMap()
  resetIdMap(ids, walk.lastId)
  const widen = (before: Register, now: Register) => {
    if (before.type !== TYPE.SCALAR || now.type !== TYPE.SCALAR) return
    if (before.precise || now.precise || registersMatch(before, now, ids, "exact")) return
    setScalar(now, UNKNOWN, !walk.privileges.bpf)
  }
  old.frames.forEach((frame, index) => {
    const now = current.frames[index]!
    for (let r = 0; r < 11; r++) widen(frame.registers[r]!, now.registers[r]!)
    frame.stack.forEach((slot, at) => {
      const other = now.stack[at]
      if (other && isScalarSpill(slot) && isScalarSpill(other)) widen(slot.register, other.register)
    })
  })
}
