import { ProgramFault } from "../base/index.ts"
import { formatInstruction } from "../isa/index.ts"
import type { ExecutableProgram } from "./machine.ts"

export interface InstructionFaultDetails {
  readonly program: ExecutableProgram
  readonly slot: number
  /** Which rule was broken, with which values. */
  readonly reason: string
  /** The address of a wild access. */
  readonly address?: bigint
}

/** A program that was stopped at one of its instructions. A verified program never meets one. */
export class InstructionFault extends ProgramFault {
  readonly slot: number
  /** As the verifier log prints it; undefined when control left the program. */
  readonly instruction: string | undefined
  /** What the program's `describe` says of the slot. */
  readonly source: string | undefined
  readonly reason: string
  /** Unsigned 64 bits; undefined when the fault is no memory access. */
  readonly address: bigint | undefined

  constructor({ program, slot, reason, address }: InstructionFaultDetails) {
    const inside = slot >= 0 && slot < program.instructions.length
    const instruction = inside ? formatInstruction(program.instructions, slot) : undefined
    const source = program.describe?.(slot) || undefined
    const where = instruction === undefined ? `instruction ${slot}` : `instruction ${slot}: ${instruction}`
    super(`${where}${source === undefined ? "" : ` [${source}]`}: ${reason}`)
    this.slot = slot
    this.instruction = instruction
    this.source = source
    this.reason = reason
    this.address = address
  }
}
