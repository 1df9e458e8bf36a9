import { FAULT_REASONS } from "../fault-reasons.ts"
import { InstructionFault } from "../instruction-fault.ts"
import { type CallFrame, type ExecutableProgram, FRAME_BYTES } from "../machine.ts"

/** What a call's function may do in the program that called it. */
export interface CallingInstance {
  readonly program: ExecutableProgram
  hasFunction(slot: number): boolean
  /** Throws when a frame is too low. */
  checkFrame(frame: number, slot: number): void
  start(slot: number, args: readonly bigint[], frame: number): bigint
}

/** A compiled program as the helper sees that it calls. Made for every call, so it holds no more than it must. */
export class Caller implements CallFrame {
  readonly slot: number
  readonly #instance: CallingInstance
  readonly #frame: number

  constructor(instance: CallingInstance, slot: number, frame: number) {
    this.#instance = instance
    this.slot = slot
    this.#frame = frame
  }

  get program(): ExecutableProgram {
    return this.#instance.program
  }

  get framePointer(): bigint {
    return BigInt(this.#frame + FRAME_BYTES)
  }

  callSubprogram(target: bigint | number, args: readonly bigint[]): bigint {
    const instance = this.#instance
    if (!instance.hasFunction(Number(target))) {
      const reason = FAULT_REASONS.noCallback(BigInt(target))
      throw new InstructionFault({ program: this.program, slot: this.slot, reason })
    }
    // What the helper itself ran before has given its frames back.
    const below = this.#frame - FRAME_BYTES
    instance.checkFrame(below, this.slot)
    return BigInt.asUintN(64, instance.start(Number(target), args, below))
  }
}
