/**
 * One remembered step of a path: steps that follow each other need no entry, but jumps do, and accesses to the
 * stack, and jumps that told something of several registers with one id.
 */
export interface HistoryEntry {
  readonly at: number
  readonly from: number
  /** The stack slot that was accessed: its frame and number; -1 for none. */
  frame: number
  slot: number
  /** Of a comparison: 1 when its first operand pointed to the stack, 2 when its second did. */
  stackOperands: number
  linked: readonly LinkedRegister[] | undefined
}

/** A register, or a stack slot with a spilled one, that shares its id with others. */
export interface LinkedRegister {
  readonly frame: number
  readonly spilled: boolean
  readonly index: number
}
