import type { Comparison } from "../../../isa/index.ts"
import { ROOM, ROOM_BYTES } from "./layout.ts"
import { alu, immediate, load, move, register, store, type Width } from "./program-writer.ts"
import { anyOperand, anySize, anyTarget, anyWidth, reserveSlot, type Scope, targets } from "./scope.ts"

/** More than this often nothing runs in nested loops, so that most programs end. */
const MAX_REPEATS = 64

/** A loop that counts: where the counter is, its width, its step, and how its end is told all differ. */
export function countedLoop(scope: Scope): void {
  const { random, reserved, reservedSlots } = scope
  const trips = 1 + random.below(6)
  if (scope.repeats * trips > MAX_REPEATS || reserved.size > 4) return
  const [counter, limit] = targets(scope, 2) as [number, number]
  const plan = planOf(scope, trips)
  const slot = random.chance(3) ? reserveSlot(scope) : undefined
  reserved.add(counter)
  if (plan.isBoundInRegister) reserved.add(limit)
  scope.repeats *= trips
  writeLoop(scope, plan, counter, limit, slot)
  scope.repeats /= trips
  reserved.delete(counter)
  reserved.delete(limit)
  if (slot !== undefined) reservedSlots.delete(slot)
}

interface LoopPlan {
  readonly width: Width
  readonly start: number
  readonly step: number
  readonly bound: number
  /** Holds while the loop goes on. */
  readonly comparison: Comparison
  /** The bound is in a register, loaded from memory or computed. */
  readonly isBoundInRegister: boolean
}

/** Starts near 0, near the ends of both widths, or below zero: `trips` rounds by `step`, then the comparison fails. */
function planOf(scope: Scope, trips: number): LoopPlan {
  const { random } = scope
  const step = random.pick([1, 1, 1, 2, 3, 7, -1, -1, -2, -5])
  const distance = step * trips
  const base = { width: anyWidth(scope), step, isBoundInRegister: random.chance(2) }
  const isUp = step > 0
  switch (random.below(4)) {
    case 0: {
      // Equality: the bound is met exactly, perhaps across zero.
      const start = random.pick([0, -3, -distance, 0x7fff_fff0, 100])
      // Past 2^31 only 32 bits hold the bound.
      return {
        ...base,
        width: start > 100 ? 32 : base.width,
        start,
        bound: (start + distance) | 0,
        comparison: "ne",
      }
    }
    case 1: {
      // Unsigned: far from 0 on the way down, where the counter would wrap.
      const start = isUp ? random.below(50) : 50 + random.below(50)
      const comparison = isUp ? random.pick(["lt", "le"] as const) : random.pick(["gt", "ge"] as const)
      const slack = comparison === "lt" || comparison === "gt" ? 0 : Math.sign(step)
      return { ...base, start, bound: start + distance - slack, comparison }
    }
    case 2: {
      // Unsigned near the top: -40 is 2^32 - 40 or 2^64 - 40.
      const start = isUp ? -80 : -10
      const comparison = isUp ? ("lt" as const) : ("gt" as const)
      return { ...base, start, bound: start + distance, comparison }
    }
    default: {
      const start = random.pick([0, -2, 5, -0x7fff_ff00, 0x7fff_ff00])
      const comparison = isUp ? random.pick(["slt", "sle"] as const) : random.pick(["sgt", "sge"] as const)
      const slack = comparison === "slt" || comparison === "sgt" ? 0 : Math.sign(step)
      return { ...base, start, bound: start + distance - slack, comparison }
    }
  }
}

function writeLoop(
  scope: Scope,
  { width, start, step, bound, comparison, isBoundInRegister }: LoopPlan,
  counter: number,
  limit: number,
  slot: number | undefined,
): void {
  const { random, writer } = scope
  const [again, end] = [writer.label(), writer.label()]
  const isTestedFirst = random.chance(2)
  const at = -8 * (slot ?? 0)
  const size = width === 64 || random.chance(2) ? 8 : 4
  const compared = isBoundInRegister ? register(limit) : immediate(bound)
  writer.put(move(counter, immediate(start), width))
  if (isBoundInRegister) {
    writer.put(move(limit, immediate(bound), width))
    if (random.chance(2)) writer.put(store(8, 10, -512, register(limit)), load(8, limit, 10, -512))
  }
  if (slot !== undefined) writer.put(store(size, 10, at, register(counter)))
  writer.place(again)
  if (random.chance(3)) writer.mayGoto(end)
  if (slot !== undefined) writer.put(load(size, counter, 10, at))
  if (isTestedFirst) {
    const goesOn = writer.label()
    writer.branch(comparison, width, counter, compared, goesOn)
    writer.jump(end)
    writer.place(goesOn)
  }
  if (random.chance(3)) byCounter(scope, counter)
  scope.body(1 + random.below(2))
  if (random.chance(4))
    writer.branch(random.pick(["eq", "slt", "set"]), 64, random.below(10), immediate(3), end)
  if (slot !== undefined) writer.put(load(size, counter, 10, at))
  if (step === -1 && random.chance(2)) writer.put(alu("sub", counter, immediate(1), width))
  else writer.put(alu("add", counter, immediate(step), width))
  if (slot !== undefined) writer.put(store(size, 10, at, register(counter)))
  if (isTestedFirst) writer.jump(again, random.chance(5))
  else writer.branch(comparison, width, counter, compared, again)
  writer.place(end)
}

/** The counter as an index, within the room. */
function byCounter(scope: Scope, counter: number): void {
  const { random, writer } = scope
  const [pointer] = targets(scope, 1) as [number]
  writer.put(move(pointer, register(counter)), alu("and", pointer, immediate(0xff)))
  writer.put(alu("lsh", pointer, immediate(random.below(4))), alu("add", pointer, immediate(ROOM)))
  const size = anySize(scope)
  if (random.chance(2)) writer.put(store(size, pointer, 0, anyOperand(scope)))
  else writer.put(load(size, anyTarget(scope), pointer, random.below(16)))
}

/** `for (p = start; p < end; p += step)`, over the room. */
export function pointerLoop(scope: Scope): void {
  const { random, writer, reserved } = scope
  const trips = 1 + random.below(8)
  if (scope.repeats * trips > MAX_REPEATS || reserved.size > 4) return
  const [pointer, end] = targets(scope, 2) as [number, number]
  const again = writer.label()
  const size = anySize(scope)
  const stride = random.pick([1, 2, 4, 8, 24])
  const start = ROOM + random.below(ROOM_BYTES - 512)
  writer.put(move(pointer, immediate(start)), move(end, register(pointer)))
  writer.put(alu("add", end, immediate(stride * trips - random.below(stride))))
  reserved.add(pointer).add(end)
  scope.repeats *= trips
  writer.place(again)
  if (random.chance(2)) writer.put(load(size, anyTarget(scope), pointer, random.below(16), random.chance(3)))
  else writer.put(store(size, pointer, random.below(16), anyOperand(scope)))
  scope.body(random.below(2))
  writer.put(alu("add", pointer, immediate(stride)))
  writer.branch("lt", 64, pointer, register(end), again)
  scope.repeats /= trips
  reserved.delete(pointer)
  reserved.delete(end)
}

/** A loop that only may_goto ends. */
export function budgetLoop(scope: Scope): void {
  const { writer } = scope
  if (scope.repeats > 1) return
  const [again, end] = [writer.label(), writer.label()]
  writer.place(again)
  writer.mayGoto(end)
  const before = scope.repeats
  scope.repeats = MAX_REPEATS
  scope.body(1)
  scope.repeats = before
  writer.jump(again)
  writer.place(end)
}

/** A bound loaded from memory, and cut to what is bearable; the counter may move in the body. */
export function loadedBound(scope: Scope): void {
  const { random, writer, reserved } = scope
  if (scope.repeats * 8 > MAX_REPEATS || reserved.size > 4) return
  const [counter, limit] = targets(scope, 2) as [number, number]
  const [again, end] = [writer.label(), writer.label()]
  const size = anySize(scope)
  const width = anyWidth(scope)
  writer.put(move(limit, immediate(ROOM)), load(size, limit, limit, random.below(256)))
  if (random.chance(2)) writer.put(alu("and", limit, immediate(7)))
  else writer.branch("gt", 64, limit, immediate(8), end)
  writer.put(move(counter, immediate(random.chance(2) ? 0 : random.below(4))))
  reserved.add(counter).add(limit)
  scope.repeats *= 8
  writer.place(again)
  writer.branch(random.pick(["ge", "sge"] as const), width, counter, register(limit), end)
  if (random.chance(2)) {
    const skip = writer.label()
    writer.branch(
      random.pick(["eq", "ne", "set", "sgt"] as const),
      64,
      random.below(10),
      anyOperand(scope),
      skip,
    )
    writer.put(alu(random.pick(["add", "or"] as const), counter, immediate(1 + random.below(2)), width))
    writer.place(skip)
  }
  scope.body(1)
  writer.put(alu("add", counter, immediate(1 + random.below(2)), width))
  writer.jump(again)
  scope.repeats /= 8
  reserved.delete(counter)
  reserved.delete(limit)
  writer.place(end)
}
