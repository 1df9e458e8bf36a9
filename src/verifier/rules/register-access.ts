import type { Instruction } from "../../isa/index.ts"
import { ALU, CLASS, classOf, MODE, modeOf, operatorOf, SIZE } from "../../isa/index.ts"
import { UNKNOWN } from "../domain/index.ts"
import { ERRNO, reject } from "../reject.ts"
import { markRead } from "../state/liveness.ts"
import { LIVE, type Register, setScalar } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import { touchRegister, type Walk } from "../walk/walk.ts"

export const FRAME_POINTER = 10

/** The register for an instruction that reads it: it must hold something, and counts as read. */
export function readRegister(walk: Walk, number: number): Register {
  checkNumber(walk, number)
  touchRegister(walk, number)
  const register = currentFrame(walk.state).registers[number]!
  const wide = readsWide(walk.code[walk.at]!, register)
  if (register.type === TYPE.NOT_INIT)
    reject(walk, ERRNO.EACCES, `R${number} !read_ok`, "uninitialised-register")
  if (number === FRAME_POINTER) return register
  if (wide) register.lowWrittenAt = 0
  markRead(walk, register, register.parent, wide ? LIVE.READ64 : LIVE.READ32)
  return register
}

/** The register for an instruction that writes it, which may not be the frame pointer. Its contents stay for now. */
export function writtenRegister(walk: Walk, number: number): Register {
  checkNumber(walk, number)
  touchRegister(walk, number)
  if (number === FRAME_POINTER) reject(walk, ERRNO.EACCES, "frame pointer is read only", "frame-pointer")
  const register = currentFrame(walk.state).registers[number]!
  register.live |= LIVE.WRITTEN
  register.lowWrittenAt = writesWide(walk.code[walk.at]!) ? 0 : walk.at + 1
  return register
}

/** The same, and it becomes an unknown number. */
export function overwriteRegister(walk: Walk, number: number): Register {
  const register = writtenRegister(walk, number)
  setScalar(register, UNKNOWN, !walk.privileges.bpf)
  return register
}

function checkNumber(walk: Walk, number: number): void {
  if (number > FRAME_POINTER) reject(walk, ERRNO.EINVAL, `R${number} is invalid`, "encoding")
}

/** Whether a write defines all 64 bits by itself. */
function writesWide({ opcode }: Instruction): boolean {
  switch (classOf(opcode)) {
    case CLASS.ALU:
    case CLASS.JMP32:
      return false
    case CLASS.LDX:
      return (opcode & 0x18) === SIZE.DW || modeOf(opcode) === MODE.MEMSX
    case CLASS.STX:
      return (opcode & 0x18) === SIZE.DW
    case CLASS.LD:
      return modeOf(opcode) === MODE.IMM
    default:
      return true
  }
}

/** Whether the instruction needs the upper half of the register it reads. */
function readsWide({ opcode, imm }: Instruction, { type }: Register): boolean {
  const operator = operatorOf(opcode)
  switch (classOf(opcode)) {
    case CLASS.ALU:
      return operator === ALU.END && imm === 64
    case CLASS.ALU64:
      return operator !== ALU.END || imm === 64
    case CLASS.JMP32:
      return false
    case CLASS.STX:
      return type !== TYPE.SCALAR || (opcode & 0x18) === SIZE.DW
    default:
      return true
  }
}
