import { CONDITION, flipped, isNull } from "../domain/index.ts"
import { forEachRegister } from "../state/for-each-register.ts"
import type { Register } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import { currentFrame, type State } from "../state/state.ts"

/** How far a pointer lies past the end of the packet, in place of a range. */
const AT_END = -1
const BEYOND_END = -2
const MOST_PACKET_OFFSET = 0xffff

/** Whether a jump is decided by an earlier comparison with the packet's end. */
export function packetJumpTaken(condition: number, left: Register, right: Register): boolean | undefined {
  let asked = condition
  let pointer = left
  if (right.type !== TYPE.PACKET_END) {
    if (left.type !== TYPE.PACKET_END) return undefined
    pointer = right
    asked = flipped(condition)
  }
  if (pointer.range >= 0) return undefined
  switch (asked) {
    case CONDITION.LE:
    case CONDITION.GT:
      return pointer.range === BEYOND_END ? asked === CONDITION.GT : undefined
    case CONDITION.LT:
    case CONDITION.GE:
      return asked === CONDITION.GE
    default:
      return undefined
  }
}

/**
 * A comparison of a packet pointer with the packet's end (or of a metadata pointer with the packet's start) gives
 * every pointer of the same base its range where the pointer lies before the end. False for other comparisons.
 */
export function learnPacketRange(
  condition: number,
  dst: number,
  src: number,
  through: State,
  taken: State,
): boolean {
  const left = currentFrame(through).registers[dst]!
  const right = currentFrame(through).registers[src]!
  let asked = condition
  let number = dst
  if (!isBelowEnd(left, right)) {
    if (!isBelowEnd(right, left)) return false
    number = src
    asked = flipped(condition)
  }
  // From here on: pointer `asked` end.
  switch (asked) {
    case CONDITION.GT:
      widen(through, number, false)
      markEnd(taken, number, BEYOND_END)
      return true
    case CONDITION.GE:
      widen(through, number, true)
      markEnd(taken, number, AT_END)
      return true
    case CONDITION.LT:
      widen(taken, number, true)
      markEnd(through, number, AT_END)
      return true
    case CONDITION.LE:
      widen(taken, number, false)
      markEnd(through, number, BEYOND_END)
      return true
    default:
      return false
  }
}

function isBelowEnd(pointer: Register, end: Register): boolean {
  if (pointer.type === TYPE.PACKET) return end.type === TYPE.PACKET_END
  return pointer.type === TYPE.PACKET_META && isPacketStart(end)
}

function isPacketStart({ type, off, scalar }: Register): boolean {
  return type === TYPE.PACKET && off === 0 && isNull(scalar)
}

/** `open`: the pointer lies strictly before the end, so that the byte it points to is there too. */
function widen(state: State, number: number, open: boolean): void {
  const { off, scalar, type, id } = currentFrame(state).registers[number]!
  if (off < 0 || (off === 0 && open)) return
  if (scalar.nearUmax > MOST_PACKET_OFFSET || scalar.nearUmax + off > MOST_PACKET_OFFSET) return
  const range = open ? off + 1 : off
  forEachRegister(state, register => {
    if (register.type === type && register.id === id) register.range = Math.max(register.range, range)
  })
}

function markEnd(state: State, number: number, range: number): void {
  const register = currentFrame(state).registers[number]!
  if (register.type === TYPE.PACKET) register.range = range
}
