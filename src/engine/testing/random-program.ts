import { encodeOperation, type Instruction, type Operand, type Operation } from "../../isa/index.ts"
import { DATA } from "./test-machine.ts"

/** A generator with a seed: the same seed gives the same programs everywhere. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1
  }

  /** 0 … below `limit`. */
  below(limit: number): number {
    // xorshift32
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % limit
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0
  }
}

export interface RandomProgramOptions {
  /** Pointers to anywhere, jumps out of the program, unknown instructions. */
  readonly wild?: boolean
  /** Helpers 1 … this many are called. */
  readonly helpers?: number
}

export const OPERATORS = [
  "add",
  "sub",
  "mul",
  "div",
  "sdiv",
  "mod",
  "smod",
  "or",
  "and",
  "xor",
  "lsh",
  "rsh",
  "arsh",
] as const
export const COMPARISONS = ["eq", "ne", "gt", "ge", "lt", "le", "set", "sgt", "sge", "slt", "sle"] as const
const ATOMICS = ["add", "or", "and", "xor", "xchg", "cmpxchg"] as const
const SIZES = [1, 2, 4, 8] as const
const EDGES = [0, 1, 2, -1, -2, 7, 31, 32, 63, 64, 255, 0x7fff, 0x7fff_ffff, -0x8000_0000] as const
const WIDE = [
  0n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x8000_0000_0000_0000n,
  0x7fff_ffff_ffff_ffffn,
  0xffff_ffff_ffff_ffffn,
  0xdead_beef_1234_5678n,
] as const

/**
 * A program of a main function and up to two others: arithmetic, memory in the frame and in the data page, branches forwards
 * and backwards, calls. Loops end by may_goto, or by fuel.
 */
export function randomProgram(random: Random, options: RandomProgramOptions = {}): Instruction[] {
  const sizes = Array.from({ length: 1 + random.below(3) }, () => 4 + random.below(28))
  const starts = sizes.map((_, index) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const instructions: Instruction[] = []
  const place = (operation: Operation): void => {
    instructions.push(...encodeOperation(operation, instructions.length))
  }
  sizes.forEach((size, index) => {
    const [start, end] = [starts[index]!, starts[index]! + size]
    const scope: Scope = { random, options, start, end, starts, index, total }
    while (instructions.length < end - 1) {
      const operation = randomOperation(scope, instructions.length)
      if (operation.kind === "load64" && instructions.length > end - 3) continue
      place(operation)
    }
    place({ kind: "exit" })
  })
  return instructions
}

interface Scope {
  readonly random: Random
  readonly options: RandomProgramOptions
  readonly start: number
  readonly end: number
  readonly starts: readonly number[]
  readonly index: number
  readonly total: number
}

function randomOperation(scope: Scope, slot: number): Operation {
  const { random, options, starts, index } = scope
  const register = (): number => random.below(10)
  const source = (): Operand =>
    random.chance(2)
      ? { kind: "register", register: random.below(11) }
      : { kind: "immediate", value: random.chance(3) ? random.below(1 << 16) - 0x8000 : random.pick(EDGES) }
  const width = (): 32 | 64 => random.pick([32, 64])
  switch (random.below(24)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return {
        kind: "alu",
        operator: random.pick(OPERATORS),
        width: width(),
        dst: register(),
        source: source(),
      }
    case 5:
      return { kind: "negate", width: width(), dst: register() }
    case 6:
    case 7:
      return { kind: "move", width: width(), dst: register(), source: source(), signExtendFrom: undefined }
    case 8: {
      const wide = width()
      return {
        kind: "move",
        width: wide,
        dst: register(),
        source: { kind: "register", register: random.below(11) },
        signExtendFrom: random.pick(wide === 64 ? ([8, 16, 32] as const) : ([8, 16] as const)),
      }
    }
    case 9:
      return {
        kind: "byteOrder",
        conversion: random.pick(["le", "be", "bswap"]),
        bits: random.pick([16, 32, 64]),
        dst: register(),
      }
    case 10:
      return { kind: "load64", dst: register(), value: { kind: "immediate", value: random.pick(WIDE) } }
    case 11:
    case 12:
    case 13: {
      const { base, offset, size } = place(scope)
      return random.chance(2)
        ? { kind: "load", size, signed: size < 8 && random.chance(3), dst: register(), base, offset }
        : { kind: "store", size, base, offset, source: source() }
    }
    case 14: {
      const { base, offset } = place(scope)
      const operator = random.pick(ATOMICS)
      const fetch = operator === "xchg" || operator === "cmpxchg" || random.chance(2)
      return { kind: "atomic", operator, fetch, size: random.pick([4, 8]), base, offset, src: register() }
    }
    // A pointer into the data page.
    case 15:
    case 16:
      return {
        kind: "move",
        width: 64,
        dst: register(),
        source: { kind: "immediate", value: DATA + 8 * random.below(64) },
        signExtendFrom: undefined,
      }
    case 17:
      return { kind: "jump", target: target(scope, slot), wide: false }
    case 18:
    case 19:
    case 20:
      return {
        kind: "branch",
        comparison: random.pick(COMPARISONS),
        width: width(),
        dst: random.below(11),
        source: source(),
        target: target(scope, slot),
      }
    case 21:
      return { kind: "mayGoto", target: target(scope, slot) }
    case 22: {
      const callee = starts[index + 1]
      return callee === undefined
        ? { kind: "negate", width: 64, dst: register() }
        : { kind: "call", callee: { kind: "subprogram", target: callee } }
    }
    default:
      return options.helpers
        ? { kind: "call", callee: { kind: "helper", id: 1 + random.below(options.helpers) } }
        : { kind: "negate", width: 32, dst: register() }
  }
}

/** An access: mostly to the frame, else by whatever a register holds. */
function place({ random, options }: Scope): {
  readonly base: number
  readonly offset: number
  readonly size: 1 | 2 | 4 | 8
} {
  const size = random.pick(SIZES)
  if (!options.wild || random.chance(2)) return { base: 10, offset: -8 * (1 + random.below(16)), size }
  return { base: random.below(11), offset: random.below(64) - 32, size }
}

/** Mostly forwards, and mostly within the function. */
function target({ random, options, start, end, total }: Scope, slot: number): number {
  if (options.wild && random.chance(40)) return random.below(total + 4)
  if (random.chance(4)) return start + random.below(end - start)
  return Math.min(slot + 1 + random.below(8), end - 1)
}
