import { MEMORY_BYTES, ROOM, ROOM_BYTES } from "./layout.ts"
import { alu, constant, immediate, load, move, register, store } from "./program-writer.ts"
import { anyOperand, anySize, anyTarget, anyWidth, type Scope, targets } from "./scope.ts"

/** Rounds at most. */
const MAX_TRIPS = 8

/**
 * As a sieve goes: by a step that is in a register, to addresses that are sums, until another sum reaches its end.
 */
export function stride(scope: Scope): void {
  writeStride(scope, ROOM, ROOM_BYTES - 512)
}

/** The same where memory ends, a little before, beyond, or right there. */
export function strideAtEdge(scope: Scope): void {
  writeStride(scope, MEMORY_BYTES, 0)
}

/** Begins up to `room` behind `base`; without room it ends at about `base`. */
function writeStride(scope: Scope, base: number, room: number): void {
  const { random, writer, reserved } = scope
  if (scope.repeats * MAX_TRIPS > 64 || reserved.size > 1) return
  const [start, step, way, sum, first] = targets(scope, 5) as [number, number, number, number, number]
  const far = random.below(16)
  const least = 1 + random.below(6)
  const bound = far + least * (1 + random.below(MAX_TRIPS - 1))
  const near = room > 0 ? random.below(room) : -bound - random.below(24) + 8
  writer.put(constant(start, BigInt(base + near)))
  // No less than `least`, whatever it is.
  if (random.chance(2)) writer.put(move(step, immediate(least)))
  else writer.put(alu("and", step, immediate(random.pick([1, 3, 15]))), alu("add", step, immediate(least)))
  // Up to `far`, or so large that its sums of 32 bits begin at 0 again.
  if (random.chance(3)) writer.put(move(first, immediate(random.chance(4) ? -8 : far), 32))
  else writer.put(alu("and", first, immediate(far)))
  writer.put(move(way, immediate(0)))
  for (const one of [start, step, way, first]) reserved.add(one)
  scope.repeats *= MAX_TRIPS
  const again = writer.label()
  writer.place(again)
  writer.put(move(sum, register(start)))
  if (random.chance(3)) writer.put(alu("add", start, immediate(random.below(4))))
  else writer.put(alu("add", sum, register(way)))
  const size = anySize(scope)
  const offset = random.below(12) + far
  if (random.chance(2)) writer.put(store(size, sum, offset, anyOperand(scope)))
  else writer.put(load(size, anyTarget(scope), sum, offset))
  if (random.chance(4)) scope.body(1)
  writer.put(alu("add", way, register(step), random.chance(3) ? 32 : 64))
  const [one, other] = random.chance(2) ? [first, way] : [way, first]
  writer.put(move(sum, register(one)), alu("add", sum, register(other), random.chance(3) ? 32 : 64))
  writer.branch(random.pick(["lt", "le", "slt"] as const), anyWidth(scope), sum, immediate(bound), again)
  scope.repeats /= MAX_TRIPS
  for (const one of [start, step, way, first]) reserved.delete(one)
}
