import type { Register } from "./register.ts"
import { BYTE, byteKind, isSpill } from "./stack-slot.ts"
import type { State } from "./state.ts"

/** Also the slots of iterators, which RCU sections protect. */
export function forEachRegisterOrIterator(state: State, visit: (register: Register) => void): void {
  forEachRegister(state, visit)
  for (const { stack } of state.frames)
    for (const slot of stack) if (byteKind(slot, 7) === BYTE.ITERATOR) visit(slot.register)
}

/** Every register and spilled register of all frames. */
export function forEachRegister(state: State, visit: (register: Register) => void): void {
  for (const frame of state.frames) {
    for (let index = 0; index < 11; index++) visit(frame.registers[index]!)
    for (const slot of frame.stack) if (isSpill(slot)) visit(slot.register)
  }
}
