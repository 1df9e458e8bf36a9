import { ROOM, ROOM_BYTES } from "./layout.ts"
import { alu, immediate, load, move, register, store } from "./program-writer.ts"
import {
  anyImmediate,
  anyOperand,
  anySize,
  anySource,
  anyTarget,
  frameOffset,
  reserveSlot,
  type Scope,
  targets,
} from "./scope.ts"

const FRAME = 10

/** A load or a store in the frame: mixed widths, unaligned, overlapping, and of bytes that nothing was stored to. */
export function frameAccess(scope: Scope): void {
  const { random, writer } = scope
  for (let count = 1 + random.below(3); count > 0; count--) {
    const size = anySize(scope)
    const offset = frameOffset(scope, size)
    if (random.chance(2)) writer.put(load(size, anyTarget(scope), FRAME, offset, random.chance(3)))
    else writer.put(store(size, FRAME, offset, anyOperand(scope)))
  }
}

/** A register is kept in the frame, parts of it perhaps overwritten, and loaded again whole or in parts. */
export function spill(scope: Scope): void {
  const { random, writer } = scope
  const slot = reserveSlot(scope)
  const at = -8 * slot
  writer.put(store(8, FRAME, at, register(anySource(scope))))
  scope.body(random.below(2))
  if (random.chance(3)) {
    const size = random.pick([1, 2, 4] as const)
    writer.put(store(size, FRAME, at + random.below(9 - size), anyOperand(scope)))
  }
  scope.reservedSlots.delete(slot)
  // Another may have it in the meantime, which is as good.
  const size = random.chance(2) ? 8 : random.pick([1, 2, 4] as const)
  writer.put(load(size, anyTarget(scope), FRAME, at + random.below(9 - size), random.chance(3)))
}

/** A pointer into the frame by arithmetic, kept in memory and loaded again, then used with offsets and indexes. */
export function framePointerCopy(scope: Scope): void {
  const { random, writer } = scope
  const [pointer, index] = targets(scope, 2) as [number, number]
  const depth = 64 + 8 * random.below(40)
  writer.put(move(pointer, register(FRAME), random.chance(4) ? 32 : 64))
  writer.put(
    random.chance(2) ? alu("add", pointer, immediate(-depth)) : alu("sub", pointer, immediate(depth)),
  )
  if (random.chance(2)) keepElsewhere(scope, pointer)
  const wander = anyImmediate(scope)
  if (random.chance(3)) {
    // There and back: no interval holds it in between.
    writer.put(alu("add", pointer, immediate(wander)))
    if (random.chance(2)) writer.put(alu("xor", pointer, immediate(-1)), alu("xor", pointer, immediate(-1)))
    writer.put(alu("sub", pointer, immediate(wander)))
  }
  const size = anySize(scope)
  if (random.chance(2)) {
    writer.put(
      alu("and", index, immediate(random.pick([7, 15, 31, 56]))),
      alu("add", pointer, register(index)),
    )
  }
  // At most 56 + 7 above a depth of at least 64, less the access.
  const offset = -random.below(16) - size
  if (random.chance(2)) writer.put(store(size, pointer, offset, anyOperand(scope)))
  writer.put(load(size, anyTarget(scope), pointer, offset, random.chance(3)))
}

/** Through the frame or through the data page, and back into the same register. */
function keepElsewhere(scope: Scope, pointer: number): void {
  const { random, writer } = scope
  if (random.chance(2)) {
    const offset = frameOffset(scope, 8)
    writer.put(store(8, FRAME, offset, register(pointer)), load(8, pointer, FRAME, offset))
    return
  }
  const [room] = targets(scope, 1) as [number]
  if (room === pointer) return
  const offset = 8 * random.below(8)
  writer.put(move(room, immediate(ROOM)), store(8, room, offset, register(pointer)))
  // Pointers into the frame have 32 bits.
  writer.put(load(random.pick([4, 8] as const), pointer, room, offset))
}

/** Two pointers to the same bytes of the data page. */
export function aliases(scope: Scope): void {
  const { random, writer } = scope
  const [one, other] = targets(scope, 2) as [number, number]
  const at = ROOM + 8 * random.below(32)
  const distance = random.below(64)
  writer.put(move(one, immediate(at)), move(other, immediate(at + distance)))
  for (let count = 2 + random.below(3); count > 0; count--) {
    const size = anySize(scope)
    const [base, skew] = random.chance(2) ? [one, 0] : [other, distance]
    const offset = random.below(16) - skew
    if (random.chance(2)) writer.put(store(size, base, offset, anyOperand(scope)))
    else {
      const [dst] = targets({ ...scope, reserved: new Set([...scope.reserved, one, other]) }, 1)
      writer.put(load(size, dst!, base, offset, random.chance(3)))
    }
  }
}

/** Read-modify-write of the frame or of the data page. */
export function atomic(scope: Scope): void {
  const { random, writer } = scope
  const size = random.pick([4, 8] as const)
  const operator = random.pick(["add", "or", "and", "xor", "xchg", "cmpxchg"] as const)
  const fetch = operator === "xchg" || operator === "cmpxchg" || random.chance(2)
  const src = anyTarget(scope)
  // A cmpxchg writes to r0.
  if (operator === "cmpxchg" && scope.reserved.has(0)) return
  let [base, offset] = [FRAME, frameOffset(scope, size)]
  if (random.chance(3)) {
    const [room] = targets(scope, 1) as [number]
    if (room === src) return
    ;[base, offset] = [room, 4 * random.below(ROOM_BYTES / 8)]
    writer.put(move(room, immediate(ROOM)))
    if (operator === "cmpxchg" && room === 0) return
  }
  writer.put({ kind: "atomic", operator, fetch, size, base, offset, src })
}

/** Load-acquire and store-release (Linux 6.15). */
export function orderedAccess(scope: Scope): void {
  const { random, writer } = scope
  const size = anySize(scope)
  const offset = frameOffset(scope, size)
  if (random.chance(2)) writer.put({ kind: "loadAcquire", size, dst: anyTarget(scope), base: FRAME, offset })
  else writer.put({ kind: "storeRelease", size, base: FRAME, offset, src: anySource(scope) })
}
