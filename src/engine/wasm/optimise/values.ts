/**
 * What is known of a register: a number from `low` to `high`, or a base plus such a number. `step` says more: the value is
 * `low` plus a multiple of it (0 for a single value). Limits are exact: far below 2^53.
 */
export interface Value {
  readonly base: Base
  readonly low: number
  readonly high: number
  readonly step: number
}

/** What `low` and `high` are added to: nothing, what r1 … r5 held at the function's start, or the function's r10. */
export type Base = 0 | 1 | 2 | 3 | 4 | 5 | typeof FRAME | typeof UNKNOWN
export const FRAME = 10
const UNKNOWN = -1

/** Any 64 bits. */
export const TOP: Value = { base: UNKNOWN, low: 0, high: 0, step: 0 }

const MAX_NUMBER = 2 ** 52
/** A base is an address between these distances from both ends of 64 bits, so offsets within them do not wrap around. */
const [MIN_OFFSET, MAX_OFFSET] = [-(2 ** 16), 2 ** 40]

/** A value, or TOP when its limits are too far out to compute with. */
export function value(base: Base, low: number, high: number, step: number): Value {
  const isNear =
    base === 0 ? low >= 0 && high <= MAX_NUMBER : base > 0 && low >= MIN_OFFSET && high <= MAX_OFFSET
  return isNear ? { base, low, high, step: low === high ? 0 : step } : TOP
}

export function constant(number: number): Value {
  return value(0, number, number, 0)
}

/** A number from 0 to `high`. */
export function upTo(high: number, step = 1): Value {
  return value(0, 0, high - (high % step), step)
}

export function isNumber({ base }: Value): boolean {
  return base === 0
}

export function isConstant({ base, low, high }: Value): boolean {
  return base === 0 && low === high
}

export function equal(a: Value, b: Value): boolean {
  return a === b || (a.base === b.base && a.low === b.low && a.high === b.high && a.step === b.step)
}

export function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)]
  while (y !== 0) [x, y] = [y, x % y]
  return x
}

/** Everything that either may be. */
export function join(a: Value, b: Value): Value {
  if (equal(a, b)) return a
  if (a.base !== b.base || a.base === UNKNOWN) return TOP
  const step = gcd(gcd(a.step, b.step), a.low - b.low)
  return value(a.base, Math.min(a.low, b.low), Math.max(a.high, b.high), step)
}

/** The part of a value from `low` to `high`, or undefined when there is none. */
export function clamp(known: Value, low: number, high: number): Value | undefined {
  const { base, step } = known
  let [first, last] = [Math.max(low, known.low), Math.min(high, known.high)]
  if (step > 1) {
    first = known.low + Math.ceil((first - known.low) / step) * step
    last = known.low + Math.floor((last - known.low) / step) * step
  }
  return first > last ? undefined : value(base, first, last, step)
}

/** Where growing limits may stop. */
export interface Limits {
  /** The next stop that is not below a number. */
  above(base: Base, number: number): number | undefined
}

/** `next` grown beyond what it was before: to limits that the program names, so that loops settle soon. */
export function widen(before: Value, next: Value, limits: Limits, isPatient: boolean): Value {
  const all = join(before, next)
  if (all.base === UNKNOWN || equal(all, before)) return all
  const { base, step } = all
  const size = Math.max(step, 1)
  let [low, high] = [all.low, all.high]
  if (low < before.low) {
    if (base !== 0) return TOP
    low %= size
  }
  if (high > before.high) {
    const limit = isPatient ? limits.above(base, high) : undefined
    const end = limit ?? (base === 0 && high < 2 ** 32 ? 2 ** 32 - 1 : undefined)
    if (end === undefined) return TOP
    high = low + Math.floor((end - low) / size) * size
  }
  return value(base, low, high, step)
}
