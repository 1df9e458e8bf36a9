import { FRAME_POINTER, type Instruction, PSEUDO_CALL } from "../../isa/index.ts"

/** `off` of calls that tell those who watch a function: no module has that number. */
export const TRAMPOLINE_MODULE = 0x7fff
const WORD = 8
const [LOAD_WORD, STORE_WORD, MOVE, ADD, CALL, EXIT] = [0x79, 0x7b, 0xbf, 0x07, 0x85, 0x95]

/**
 * Code that stands for a function which others watch: it puts the arguments and a place for the result into its frame, an
 * array of words as tracing programs see it, and tells `id` of that array before the function and behind it.
 * `distance`: from the slot behind the call to the function, by the call's slot here and the length of all this.
 */
export function trampoline(
  id: number,
  count: number,
  distance: (call: number, length: number) => number,
): Instruction[] {
  const words = count + 1
  const place = (index: number) => (index - words) * WORD
  const each = (make: (index: number) => Instruction) =>
    Array.from({ length: count }, (_, index) => make(index))
  const tell = (atReturn: boolean): Instruction[] => [
    instruction(MOVE, 1, FRAME_POINTER, 0, 0),
    instruction(ADD, 1, 0, 0, place(0)),
    instruction(CALL, 0, PSEUDO_CALL.KFUNC, TRAMPOLINE_MODULE, id * 2 + (atReturn ? 1 : 0)),
  ]
  const entry = [
    ...each(index => instruction(STORE_WORD, FRAME_POINTER, index + 1, place(index), 0)),
    ...tell(false),
    ...each(index => instruction(LOAD_WORD, index + 1, FRAME_POINTER, place(index), 0)),
  ]
  const leave = [
    instruction(STORE_WORD, FRAME_POINTER, 0, place(count), 0),
    ...tell(true),
    instruction(LOAD_WORD, 0, FRAME_POINTER, place(count), 0),
    instruction(EXIT, 0, 0, 0, 0),
  ]
  const call = entry.length
  const length = entry.length + 1 + leave.length
  return [...entry, instruction(CALL, 0, PSEUDO_CALL.SUBPROGRAM, 0, distance(call, length)), ...leave]
}

function instruction(opcode: number, dst: number, src: number, off: number, imm: number): Instruction {
  return { opcode, dst, src, off, imm }
}
