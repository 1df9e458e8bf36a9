import { expect, test } from "vitest"
import type { AluOperator, Comparison, Operation } from "../../../isa/index.ts"
import { alu32, alu64, compare32, compare64 } from "../../arithmetic.ts"
import { COMPARISONS, OPERATORS, Random } from "../../testing/random-program.ts"
import { refine } from "./refine.ts"
import { resultOf } from "./transfer.ts"
import { type Base, join, TOP, type Value, value } from "./values.ts"

/** What r1 … r5 and r10 hold, as the windows' test at the start makes sure. */
const ADDRESSES: Readonly<Record<number, bigint>> = { 1: 0x1_0000n, 2: 0x7fff_0000n, 10: 0x2_0200n }
const EDGES = [0, 1, 2, 7, 255, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40, 2 ** 52]
const U64 = (1n << 64n) - 1n

function number(random: Random): number {
  const near = random.pick(EDGES) + random.below(5) - 2
  return Math.max(0, random.chance(2) ? near : random.below(64))
}

/** A value, and one of the numbers that it stands for. */
function sample(random: Random): { readonly known: Value; readonly concrete: bigint } {
  const base = random.pick<Base>([-1, 0, 0, 0, 1, 2, 10])
  const anything = BigInt.asUintN(64, BigInt(number(random)) * (random.chance(2) ? -1n : 1n))
  if (base === -1) return { known: TOP, concrete: anything }
  const step = random.pick([1, 1, 2, 4, 12])
  const [low, rounds] = [number(random), random.below(random.pick([1, 3, 100]))]
  const known = value(
    base,
    base === 0 ? low : low % 4096,
    (base === 0 ? low : low % 4096) + step * rounds,
    step,
  )
  if (known.base < 0) return { known, concrete: anything }
  const chosen = known.low + known.step * random.below(rounds + 1)
  return { known, concrete: BigInt.asUintN(64, BigInt(chosen) + (ADDRESSES[known.base] ?? 0n)) }
}

function contains({ base, low, high, step }: Value, concrete: bigint): boolean {
  if (base < 0) return true
  const distance = base === 0 ? concrete : BigInt.asIntN(64, concrete - ADDRESSES[base]!)
  const isSpaced = step === 0 || (distance - BigInt(low)) % BigInt(step) === 0n
  return distance >= BigInt(low) && distance <= BigInt(high) && isSpaced
}

function calculate(operator: AluOperator, width: 32 | 64, a: bigint, b: bigint): bigint {
  if (width === 64) return BigInt.asUintN(64, alu64(operator, a, b))
  return BigInt(alu32(operator, Number(BigInt.asIntN(32, a)), Number(BigInt.asIntN(32, b))) >>> 0)
}

const show = (known: Value): string => JSON.stringify(known)

test.each(OPERATORS)("%s: the abstract result has every concrete one in it", operator => {
  const random = new Random(OPERATORS.indexOf(operator) + 1)
  for (let round = 0; round < 20_000; round++) {
    const [a, b, width] = [sample(random), sample(random), random.pick([32, 64] as const)]
    const immediate = random.below(4) === 0 ? number(random) % 2 ** 31 : undefined
    const signed = immediate !== undefined && random.chance(2) ? -immediate : immediate
    const operation: Operation = {
      kind: "alu",
      operator,
      width,
      dst: 3,
      source: signed === undefined ? { kind: "register", register: 4 } : { kind: "immediate", value: signed },
    }
    const right = signed === undefined ? b.concrete : BigInt.asUintN(64, BigInt(signed))
    const result = resultOf({ operation, slot: 0 }, register => (register === 3 ? a.known : b.known))
    const concrete = calculate(operator, width, a.concrete, right)
    const what = `${operator}${width} of ${show(a.known)} (${a.concrete}) and ${right} in ${show(b.known)}`
    expect(contains(result, concrete), `${what}: ${concrete} is not in ${show(result)}`).toBe(true)
  }
})

test.each(COMPARISONS)("%s: what a branch tells holds where it goes", comparison => {
  const random = new Random(COMPARISONS.indexOf(comparison) + 100)
  for (let round = 0; round < 20_000; round++) {
    const [a, b, width] = [sample(random), sample(random), random.pick([32, 64] as const)]
    const isTaken = compares(comparison, width, a.concrete, b.concrete)
    const refined = refine(
      { kind: "branch", comparison, width, dst: 3, source: { kind: "register", register: 4 }, target: 0 },
      isTaken,
      register => (register === 3 ? a.known : b.known),
    )
    const what = `${comparison}${width} of ${show(a.known)} (${a.concrete}) and ${show(b.known)} (${b.concrete}) is ${isTaken}`
    expect(refined, what).toBeDefined()
    expect(contains(refined!.left, a.concrete), `${what}: ${show(refined!.left)}`).toBe(true)
    expect(contains(refined!.right, b.concrete), `${what}: ${show(refined!.right)}`).toBe(true)
  }
})

function compares(comparison: Comparison, width: 32 | 64, a: bigint, b: bigint): boolean {
  if (width === 64) return compare64(comparison, a, b)
  return compare32(comparison, Number(BigInt.asIntN(32, a)), Number(BigInt.asIntN(32, b)))
}

test("a join has both in it", () => {
  const random = new Random(7)
  for (let round = 0; round < 20_000; round++) {
    const [a, b] = [sample(random), sample(random)]
    const both = join(a.known, b.known)
    expect(
      contains(both, a.concrete) && contains(both, b.concrete),
      `${show(a.known)} ${show(b.known)}`,
    ).toBe(true)
  }
})

test("limits are numbers of 64 bits", () => {
  expect(contains(TOP, U64)).toBe(true)
  expect(value(0, -1, 3, 1)).toBe(TOP)
})
