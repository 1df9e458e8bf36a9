import type { Register } from "./register.ts"
import { isSpill } from "./stack-slot.ts"
import type { State } from "./state.ts"

/** Every register and spilled register of all frames. */
export function forEachRegister(state: State, visit: (register: Register) => void): void {
  for (const frame of state.frames) {
    for (let index = 0; index < 11; index++) visit(frame.registers[index]!)
    for (const slot of frame.stack) if (isSpill(slot)) visit(slot.register)
  }
}
