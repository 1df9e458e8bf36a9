import { type Instruction, takesRegister } from "../../../isa/index.ts"
import { UNKNOWN } from "../../domain/index.ts"
import { watchesSpeculation } from "../../privileges.ts"
import { setScalar } from "../../state/register.ts"
import { currentFrame, type State } from "../../state/state.ts"
import { pushBranch } from "../../walk/branches.ts"
import type { Walk } from "../../walk/walk.ts"

/** A way that no execution takes but a processor may run ahead on: all that follows on it counts as such. */
export function pushSpeculation(walk: Walk, at: number): State {
  const state = pushBranch(walk, at, walk.at)
  state.speculative = true
  return state
}

/**
 * Of a jump that is known, a processor may guess the other way. There nothing is known of what was compared: whoever trains
 * the guess chooses the values.
 */
export function walkOtherWay(walk: Walk, instruction: Instruction, at: number): void {
  if (!watchesSpeculation(walk.privileges)) return
  const { opcode, dst, src } = instruction
  const { registers } = currentFrame(pushSpeculation(walk, at))
  const forget = (number: number) => setScalar(registers[number]!, UNKNOWN, !walk.privileges.bpf)
  forget(dst)
  if (takesRegister(opcode)) forget(src)
}
