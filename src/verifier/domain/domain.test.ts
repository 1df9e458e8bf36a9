import { describe, expect, test } from "vitest"
import {
  CONDITION,
  constant,
  fromParts,
  holds,
  isTaken,
  OPERATOR,
  refineBranch,
  refineBranchEarly,
  type Scalar,
  signExtended,
  signExtendedLow,
  sync,
  transfer,
  truncated,
  zeroExtended,
} from "./index.ts"

const PAIRS = 100_000

/** A small generator of its own, so that failures repeat. */
function randomNumbers(seed: number) {
  let state = seed >>> 0
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  const below = (limit: number) => next() % limit
  const word = () => (BigInt(next()) << 32n) | BigInt(next())
  return { below, word }
}

type Random = ReturnType<typeof randomNumbers>

/** Values near the borders of all widths more often than chance would have them. */
function value(random: Random): bigint {
  switch (random.below(5)) {
    case 0:
      return BigInt(random.below(16))
    case 1:
      return BigInt.asUintN(64, -BigInt(random.below(16)) - 1n)
    case 2:
      return BigInt.asUintN(64, (1n << BigInt(random.below(64))) + BigInt(random.below(5)) - 2n)
    case 3:
      return random.word() >> BigInt(random.below(64))
    default:
      return random.word()
  }
}

interface Sample {
  readonly scalar: Scalar
  readonly concrete: bigint
}

const POOL = Array.from(
  { length: 5_000 },
  (
    random => () =>
      makeSample(random)
  )(randomNumbers(2026)),
)

/** Pairs are drawn from a pool: making a sample costs more than a transfer. */
function sample(random: Random): Sample {
  return POOL[random.below(POOL.length)]!
}

/** Some concrete values and a scalar that holds them all, made from what they have in common. */
function makeSample(random: Random): Sample {
  const concrete = value(random)
  if (random.below(4) === 0) return { scalar: around([concrete]), concrete }
  const others = Array.from({ length: 1 + random.below(2) }, () =>
    random.below(2) ? value(random) : BigInt.asUintN(64, concrete + BigInt(random.below(64))),
  )
  return { scalar: around([concrete, ...others]), concrete }
}

function around(values: readonly bigint[]): Scalar {
  const order = <N extends number | bigint>(list: N[]) => list.sort((a, b) => (a < b ? -1 : 1))
  const ends = <N extends number | bigint>(list: N[]) => {
    const sorted = order(list)
    return [sorted[0]!, sorted.at(-1)!] as const
  }
  const first = values[0]!
  const mask = values.reduce((all, each) => all | (each ^ first), 0n)
  const [umin, umax] = ends([...values])
  const [smin, smax] = ends(values.map(each => BigInt.asIntN(64, each)))
  const [u32min, u32max] = ends(values.map(each => Number(BigInt.asUintN(32, each))))
  const [s32min, s32max] = ends(values.map(each => Number(BigInt.asIntN(32, each))))
  const value = first & ~mask
  return sync(fromParts({ value, mask, umin, umax, smin, smax, u32min, u32max, s32min, s32max }))
}

function compute(operator: number, wide: boolean, a: bigint, b: bigint): bigint {
  const width = wide ? 64 : 32
  const x = BigInt.asUintN(width, a)
  const y = BigInt.asUintN(width, b)
  const by = y & BigInt(width - 1)
  const results: Record<number, () => bigint> = {
    [OPERATOR.ADD]: () => x + y,
    [OPERATOR.SUB]: () => x - y,
    [OPERATOR.MUL]: () => x * y,
    [OPERATOR.DIV]: () => (y === 0n ? 0n : x / y),
    [OPERATOR.OR]: () => x | y,
    [OPERATOR.AND]: () => x & y,
    [OPERATOR.LSH]: () => x << by,
    [OPERATOR.RSH]: () => x >> by,
    [OPERATOR.MOD]: () => (y === 0n ? x : x % y),
    [OPERATOR.XOR]: () => x ^ y,
    [OPERATOR.ARSH]: () => BigInt.asIntN(width, x) >> by,
  }
  return BigInt.asUintN(width, results[operator]!())
}

const SHIFTS: readonly number[] = [OPERATOR.LSH, OPERATOR.RSH, OPERATOR.ARSH]

describe.each(Object.entries(OPERATOR))("%s", (_name, operator) => {
  test.each([true, false])("keeps every concrete result (64 bits: %s)", wide => {
    const random = randomNumbers(operator * 2 + Number(wide) + 1)
    for (let round = 0; round < PAIRS; round++) {
      const a = sample(random)
      const shift = BigInt(random.below(64))
      const b = SHIFTS.includes(operator) ? { concrete: shift, scalar: constant(shift) } : sample(random)
      const { result, violation } = transfer(operator, wide, a.scalar, b.scalar)
      const concrete = compute(operator, wide, a.concrete, b.concrete)
      if (violation !== undefined || !holds(result, concrete))
        expect({ violation, result, concrete, a, b }).toBe("contained")
    }
  })
})

/** Of releases before 6.8: the same results, less precise. */
const EARLY = { early: true, constantsOnly: true }
const EARLY_PAIRS = 20_000

describe.each(Object.entries(OPERATOR))("%s before 6.8", (_name, operator) => {
  test.each([true, false])("keeps every concrete result (64 bits: %s)", wide => {
    const random = randomNumbers(operator * 2 + Number(wide) + 501)
    for (let round = 0; round < EARLY_PAIRS; round++) {
      const a = sample(random)
      const shift = BigInt(random.below(64))
      const b = SHIFTS.includes(operator) ? { concrete: shift, scalar: constant(shift) } : sample(random)
      const { result } = transfer(operator, wide, a.scalar, b.scalar, EARLY)
      const concrete = compute(operator, wide, a.concrete, b.concrete)
      if (!holds(result, concrete)) expect({ result, concrete, a, b }).toBe("contained")
    }
  })
})

describe("sizes", () => {
  test("keep every concrete result", () => {
    const random = randomNumbers(77)
    for (let round = 0; round < PAIRS; round++) {
      const { scalar, concrete } = sample(random)
      const check = (result: Scalar, wanted: bigint) => {
        if (!holds(result, BigInt.asUintN(64, wanted))) expect({ scalar, concrete, result }).toBe("contained")
      }
      check(zeroExtended(scalar), BigInt.asUintN(32, concrete))
      check(zeroExtended(scalar, true), BigInt.asUintN(32, concrete))
      for (const bytes of [1, 2, 4]) {
        check(truncated(scalar, bytes), BigInt.asUintN(bytes * 8, concrete))
        check(truncated(scalar, bytes, true), BigInt.asUintN(bytes * 8, concrete))
        check(signExtended(scalar, bytes), BigInt.asIntN(bytes * 8, concrete))
        if (bytes < 4)
          check(signExtendedLow(scalar, bytes), BigInt.asUintN(32, BigInt.asIntN(bytes * 8, concrete)))
      }
    }
  })
})

function decide(condition: number, a: bigint, b: bigint, narrow: boolean): boolean {
  const width = narrow ? 32 : 64
  const x = BigInt.asUintN(width, a)
  const y = BigInt.asUintN(width, b)
  const sx = BigInt.asIntN(width, a)
  const sy = BigInt.asIntN(width, b)
  const answers: Record<number, boolean> = {
    [CONDITION.EQ]: x === y,
    [CONDITION.NE]: x !== y,
    [CONDITION.GT]: x > y,
    [CONDITION.GE]: x >= y,
    [CONDITION.LT]: x < y,
    [CONDITION.LE]: x <= y,
    [CONDITION.SGT]: sx > sy,
    [CONDITION.SGE]: sx >= sy,
    [CONDITION.SLT]: sx < sy,
    [CONDITION.SLE]: sx <= sy,
    [CONDITION.SET]: (x & y) !== 0n,
  }
  return answers[condition]!
}

const CONDITIONS = Object.entries(CONDITION).filter(([name]) => name !== "UNSET")

describe.each(CONDITIONS)("a jump on %s", (_name, condition) => {
  test.each([false, true])("keeps what takes each way (32 bits: %s)", narrow => {
    const random = randomNumbers(condition * 2 + Number(narrow) + 1)
    for (let round = 0; round < PAIRS; round++) {
      const a = sample(random)
      const b = sample(random)
      const taken = decide(condition, a.concrete, b.concrete, narrow)
      const predicted = isTaken(condition, a.scalar, b.scalar, narrow)
      if (predicted !== undefined) {
        if (predicted !== taken) expect({ a, b, predicted }).toBe("predicted rightly")
        continue
      }
      const both = refineBranch(condition, a.scalar, b.scalar, narrow)
      const way = taken ? both.taken : both.through
      if (!holds(way.a, a.concrete) || !holds(way.b, b.concrete))
        expect({ a, b, taken, way }).toBe("contained")
    }
  })
})

describe.each(CONDITIONS)("a jump on %s before 6.8", (_name, condition) => {
  test.each([false, true])("keeps what takes each way (32 bits: %s)", narrow => {
    const random = randomNumbers(condition * 2 + Number(narrow) + 501)
    for (let round = 0; round < EARLY_PAIRS; round++) {
      const a = sample(random)
      const b = sample(random)
      const taken = decide(condition, a.concrete, b.concrete, narrow)
      const both = refineBranchEarly(condition, a.scalar, b.scalar, narrow)
      const way = taken ? both.taken : both.through
      if (!holds(way.a, a.concrete) || !holds(way.b, b.concrete))
        expect({ a, b, taken, way }).toBe("contained")
    }
  })
})
