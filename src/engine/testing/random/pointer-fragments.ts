import { HELPER } from "./helpers.ts"
import { CONTEXT, PACKET_BYTES, ROOM, ROOM_BYTES } from "./layout.ts"
import { alu, constant, extend, helper, immediate, load, move, register, store } from "./program-writer.ts"
import { anyOperand, anySize, anyTarget, type Scope, targets } from "./scope.ts"

/** A number that no analysis knows. */
export function unknownValue(scope: Scope): void {
  const { random, writer } = scope
  const dst = anyTarget(scope)
  writer.put(move(dst, immediate(ROOM)))
  writer.put(load(anySize(scope), dst, dst, random.below(ROOM_BYTES - 8), random.chance(3)))
}

/** An index that one instruction or branch keeps within the room, then an access by it. */
export function boundedIndex(scope: Scope): void {
  const { random, writer } = scope
  const [pointer, index] = targets(scope, 2) as [number, number]
  const end = writer.label()
  const size = anySize(scope)
  const limit = random.pick([0, 1, 8, 100, 0x7ff, ROOM_BYTES - 64] as const)
  switch (random.below(8)) {
    case 0:
      writer.put(alu("and", index, immediate(limit), random.pick([32, 64] as const)))
      break
    case 1:
      writer.put(alu("rsh", index, immediate(64 - 11)))
      break
    case 2:
      writer.put(alu("mod", index, immediate(limit + 1), random.pick([32, 64] as const)))
      break
    case 3:
      writer.branch("gt", 64, index, immediate(limit), end)
      break
    case 4:
      // A 32-bit comparison says nothing of the upper half: a move clears it.
      writer.branch("gt", 32, index, immediate(limit), end)
      writer.put(move(index, register(index), 32))
      break
    case 5:
      writer.branch("slt", 64, index, immediate(0), end)
      writer.branch("sgt", 64, index, immediate(limit), end)
      break
    case 6:
      writer.branch("slt", 32, index, immediate(0), end)
      writer.branch("sge", 32, index, immediate(limit + 1), end)
      writer.put(random.chance(2) ? extend(index, index, 32) : move(index, register(index), 32))
      break
    default: {
      // What is said of a copy, and of a sum.
      const shift = random.below(32)
      writer.put(move(pointer, register(index)), alu("add", pointer, immediate(shift)))
      writer.branch("gt", 64, pointer, immediate(limit + shift), end)
      writer.branch("lt", 64, pointer, immediate(shift), end)
    }
  }
  if (random.chance(4)) writer.put(alu("sub", index, immediate(8)), alu("add", index, immediate(8)))
  writer.put(move(pointer, immediate(ROOM)), alu("add", pointer, register(index)))
  access(scope, pointer, size, random.below(32))
  writer.place(end)
}

function access(scope: Scope, base: number, size: 1 | 2 | 4 | 8, offset: number): void {
  const { random, writer } = scope
  if (random.chance(2)) writer.put(store(size, base, offset, anyOperand(scope)))
  if (random.chance(2)) writer.put(load(size, anyTarget(scope), base, offset, random.chance(3)))
}

/** Addresses that arithmetic and offsets carry around 2^64 (and stop short of 2^32 and 2^63) before they are used. */
export function wrappedAddress(scope: Scope): void {
  const { random, writer } = scope
  const [pointer, other] = targets(scope, 2) as [number, number]
  const size = anySize(scope)
  const goal = BigInt(ROOM + 64 + 8 * random.below(64))
  const far = random.pick([
    2n ** 64n - 8n,
    2n ** 64n - 1n,
    2n ** 63n,
    2n ** 32n,
    2n ** 32n - 1n,
    2n ** 33n + 5n,
  ])
  switch (random.below(4)) {
    case 0:
      writer.put(constant(pointer, far), constant(other, goal - far), alu("add", pointer, register(other)))
      break
    case 1:
      writer.put(constant(pointer, goal + far), constant(other, far), alu("sub", pointer, register(other)))
      break
    case 2:
      // Only the low half is right: a 32-bit instruction cuts the rest off.
      writer.put(constant(pointer, goal + 2n ** 32n * BigInt(1 + random.below(1000))))
      writer.put(
        random.chance(2) ? move(pointer, register(pointer), 32) : alu("add", pointer, immediate(0), 32),
      )
      break
    default: {
      // Into the unused first page, where loads give 0, by an offset that wraps.
      writer.put(constant(pointer, 2n ** 64n - BigInt(1 + random.below(64))))
      writer.put(load(size, anyTarget(scope), pointer, 64 + random.below(64), random.chance(3)))
      return
    }
  }
  access(scope, pointer, size, random.below(32) - 16)
}

/** A header of a packet, behind comparisons with its end; then a part whose place a byte of it says. */
export function packet(scope: Scope): void {
  const { random, writer } = scope
  const [data, end, cursor, index] = targets(scope, 4) as [number, number, number, number]
  const out = writer.label()
  const isWide = random.chance(3)
  const at = CONTEXT + random.below(8) * (isWide ? 16 : 8) + (isWide ? 64 : 0)
  const size = isWide ? 8 : 4
  writer.put(move(cursor, immediate(at)), load(size, data, cursor, 0), load(size, end, cursor, size))
  const header = 1 + random.below(32)
  writer.put(move(cursor, register(data)), alu("add", cursor, immediate(header)))
  if (random.chance(2)) writer.branch("gt", 64, cursor, register(end), out)
  else {
    const inside = writer.label()
    writer.branch("le", 64, cursor, register(end), inside)
    writer.jump(out)
    writer.place(inside)
  }
  const first = random.pick([1, 2, 4, 8].filter(bytes => bytes <= header) as (1 | 2 | 4 | 8)[])
  writer.put(load(first, index, data, random.below(header - first + 1)))
  if (random.chance(2)) {
    writer.put(alu("and", index, immediate(random.pick([0x0f, 0x3c]))))
    writer.put(alu("add", cursor, register(index)))
    const part = random.pick([1, 2, 4, 8] as const)
    // Either the end of the part is compared, or the way left is.
    if (random.chance(2)) {
      const reach = anyTarget({ ...scope, reserved: new Set([...scope.reserved, data, end, cursor]) })
      writer.put(move(reach, register(cursor)), alu("add", reach, immediate(part)))
      writer.branch("gt", 64, reach, register(end), out)
    } else {
      writer.put(alu("sub", end, register(cursor)))
      writer.branch(random.pick(["slt", "lt"] as const), 64, end, immediate(part), out)
      if (random.chance(4)) writer.put(alu("add", end, register(cursor)))
      // Without a sign a negative way left is a long one: the packet must be longer than that.
      writer.branch("gt", 64, end, immediate(PACKET_BYTES), out)
    }
    writer.put(load(part, index, cursor, 0, random.chance(3)))
    if (random.chance(3)) writer.put(store(part, cursor, 0, anyOperand(scope)))
  }
  writer.place(out)
}

/** A map value that may be missing. */
export function lookedUp(scope: Scope): void {
  const { random, writer, reserved } = scope
  if (reserved.has(0)) return
  const missing = writer.label()
  writer.put(helper(HELPER.lookup))
  const pointer = random.chance(2) ? 0 : targets(scope, 1)[0]!
  if (pointer !== 0) writer.put(move(pointer, register(0)))
  if (random.chance(4)) writer.branch("eq", 64, pointer, immediate(0), missing)
  else {
    // What holds of r0 holds of its copy.
    writer.branch("eq", random.pick([32, 64] as const), 0, immediate(0), missing)
  }
  access(scope, pointer, anySize(scope), random.below(56))
  writer.place(missing)
}
