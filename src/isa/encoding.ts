import { AssemblyError, ObjectError } from "../base/index.ts"
import type { Instruction } from "./instruction.ts"

/**
 * Decodes bytes into slots, 8 bytes each (RFC 9669 section 3). Any 8 bytes are a slot; whether it means something
 * is `operationOf`'s business. In big-endian code the two register halves of byte 1 are swapped as well.
 * Throws ObjectError when the length is no multiple of 8.
 */
export function decodeInstructions(bytes: Uint8Array, littleEndian: boolean): Instruction[] {
  if (bytes.length % 8 !== 0) {
    throw new ObjectError(`instructions: ${bytes.length} bytes are no whole number of 8-byte slots`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const instructions: Instruction[] = new Array(bytes.length / 8)
  for (let slot = 0; slot < instructions.length; slot++) {
    const at = slot * 8
    const registers = bytes[at + 1]!
    const low = registers & 0x0f
    const high = registers >> 4
    instructions[slot] = {
      opcode: bytes[at]!,
      dst: littleEndian ? low : high,
      src: littleEndian ? high : low,
      off: view.getInt16(at + 2, littleEndian),
      imm: view.getInt32(at + 4, littleEndian),
    }
  }
  return instructions
}

/** The inverse of `decodeInstructions`. Throws AssemblyError for a field outside its range. */
export function encodeInstructions(instructions: readonly Instruction[], littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(instructions.length * 8)
  const view = new DataView(bytes.buffer)
  instructions.forEach((instruction, slot) => {
    checkFields(instruction, slot)
    const { opcode, dst, src, off, imm } = instruction
    const at = slot * 8
    bytes[at] = opcode
    bytes[at + 1] = littleEndian ? (src << 4) | dst : (dst << 4) | src
    view.setInt16(at + 2, off, littleEndian)
    view.setInt32(at + 4, imm, littleEndian)
  })
  return bytes
}

const FIELD_RANGES = {
  opcode: [0, 0xff],
  dst: [0, 15],
  src: [0, 15],
  off: [-0x8000, 0x7fff],
  imm: [-0x8000_0000, 0x7fff_ffff],
} as const satisfies Record<keyof Instruction, readonly [number, number]>

function checkFields(instruction: Instruction, slot: number): void {
  for (const field of Object.keys(FIELD_RANGES) as (keyof Instruction)[]) {
    const value = instruction[field]
    const [least, most] = FIELD_RANGES[field]
    if (Number.isInteger(value) && value >= least && value <= most) continue
    throw new AssemblyError(
      `instruction ${slot}: ${field} is ${value}, must be an integer in ${least} … ${most}`,
    )
  }
}
