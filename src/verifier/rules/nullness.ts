import { forEachRegister } from "../state/for-each-register.ts"
import type { Register } from "../state/register.ts"
import { baseType, FLAG, mayBeNull, TYPE } from "../state/register-type.ts"
import { currentFrame, type State } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import { dropReference } from "./invalidate.ts"
import { MAP_TYPE } from "./map-types.ts"
import { hasLock } from "./records.ts"

/** A comparison with zero tells of every pointer that came from the same call. */
export function markNullness(walk: Walk, state: State, number: number, isNull: boolean): void {
  const { id, refId } = currentFrame(state).registers[number]!
  // Nothing was acquired when the call gave null.
  if (refId !== 0 && refId === id && isNull) dropReference(currentFrame(state), id)
  forEachRegister(state, register => {
    if (!mayBeNull(register.type) || register.id !== id) return
    if (isNull) {
      register.type = TYPE.SCALAR
      if (!walk.privileges.bpf) register.precise = true
      register.id = 0
      register.refId = 0
      return
    }
    markNotNull(register)
    if (!hasLock(walk, register)) register.id = 0
  })
}

/** What a lookup gives depends on the map when it is not null. */
export function markNotNull(register: Register): void {
  if (baseType(register.type) !== TYPE.MAP_VALUE) {
    register.type &= ~FLAG.MAYBE_NULL
    return
  }
  const map = register.map!
  if (map.inner) {
    register.type = TYPE.CONST_MAP
    register.map = map.inner
    if (map.inner.fields.some(field => field.kind === "timer" || field.kind === "workqueue"))
      register.mapUid = register.id
    return
  }
  if (map.type === MAP_TYPE.XSKMAP) register.type = TYPE.XDP_SOCK
  else if (map.type === MAP_TYPE.SOCKMAP || map.type === MAP_TYPE.SOCKHASH) register.type = TYPE.SOCKET
  else register.type = TYPE.MAP_VALUE
}
