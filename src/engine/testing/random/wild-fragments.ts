import { COMPARISONS } from "../random-program.ts"
import { HELPER } from "./helpers.ts"
import { MEMORY_BYTES, ROOM } from "./layout.ts"
import { alu, constant, helper, immediate, load, move, register, store } from "./program-writer.ts"
import {
  anyImmediate,
  anyOperand,
  anySize,
  anySource,
  anyTarget,
  anyWidth,
  type Scope,
  targets,
} from "./scope.ts"

/** A load, store or atomic by whatever a register holds. */
export function wildAccess(scope: Scope): void {
  access(scope, anySource(scope), scope.random.chance(2) ? anyOffset(scope) : scope.random.below(64) - 32)
}

function anyOffset({ random }: Scope): number {
  return random.below(0x1_0000) - 0x8000
}

function access(scope: Scope, base: number, offset: number): void {
  const { random, writer } = scope
  const size = anySize(scope)
  switch (random.below(4)) {
    case 0:
      writer.put(store(size, base, offset, anyOperand(scope)))
      break
    case 1: {
      const src = anyTarget(scope)
      writer.put({
        kind: "atomic",
        operator: "add",
        fetch: random.chance(2),
        size: 8,
        base,
        offset,
        src,
      })
      return
    }
    default:
      writer.put(load(size, anyTarget(scope), base, offset, random.chance(3)))
  }
}

/** Near the ends of memory, of 32 bits, of 63 and of 64, and from there by an index. */
export function wildPointer(scope: Scope): void {
  const { random, writer } = scope
  const [pointer, index] = targets(scope, 2) as [number, number]
  const edges = [0n, 0x1_0000n, BigInt(MEMORY_BYTES), 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n]
  writer.put(constant(pointer, random.pick(edges) + BigInt(random.below(64) - 32)))
  if (random.chance(2)) {
    writer.put(alu("and", index, immediate(random.pick([7, 0xff, 0xffff, -8]))))
    writer.put(alu(random.pick(["add", "sub"] as const), pointer, register(index), anyWidth(scope)))
  }
  access(scope, pointer, random.chance(3) ? anyOffset(scope) : random.below(64) - 32)
  if (random.chance(2)) access(scope, pointer, random.below(64) - 32)
}

/** Several accesses around one address at an end of memory: what one check tells of the next ones is easy to get wrong. */
export function accessesAtEdge(scope: Scope): void {
  const { random, writer } = scope
  const [pointer, copy] = targets(scope, 2) as [number, number]
  const near = (): number => random.below(48) - 24
  let base = pointer
  writer.put(
    constant(pointer, BigInt(random.pick([0, 0x1_0000, MEMORY_BYTES, MEMORY_BYTES])) + BigInt(near())),
  )
  if (random.chance(2)) {
    writer.put(alu("and", copy, immediate(random.pick([7, 15, 31]))))
    writer.put(alu("add", pointer, register(copy)))
  }
  for (let left = 2 + random.below(3); left > 0; left--) {
    access(scope, base, near())
    if (random.chance(3)) {
      const next = base === pointer ? copy : pointer
      writer.put(move(next, register(base)))
      base = next
    }
    if (random.chance(2))
      writer.put(
        alu(random.pick(["add", "sub"] as const), base, immediate(near()), random.chance(8) ? 32 : 64),
      )
    if (random.chance(4)) {
      const end = writer.label()
      writer.branch(random.pick(COMPARISONS), 64, anySource(scope), immediate(anyImmediate(scope)), end)
      access(scope, base, near())
      writer.place(end)
    }
  }
}

/** Checked, but not against this: the wrong width, sign, register or limit. */
export function wrongCheck(scope: Scope): void {
  const { random, writer } = scope
  const [pointer, index] = targets(scope, 2) as [number, number]
  const end = writer.label()
  const limit = random.pick([0, 100, 0xfff, 0xffff, 0x1_ffff, 0x7fff_ffff])
  const compared = random.chance(4) ? pointer : index
  writer.branch(random.pick(COMPARISONS), anyWidth(scope), compared, immediate(limit), end)
  if (random.chance(2))
    writer.branch(random.pick(COMPARISONS), anyWidth(scope), index, immediate(anyImmediate(scope)), end)
  writer.put(move(pointer, immediate(random.chance(2) ? ROOM : MEMORY_BYTES - 64)))
  if (random.chance(3)) writer.put(alu("lsh", index, immediate(random.below(33)), anyWidth(scope)))
  writer.put(alu("add", pointer, register(index), anyWidth(scope)))
  access(scope, pointer, random.below(32))
  writer.place(end)
}

/** Frames that are not the function's: its caller's, one that was left, and bytes over the end of the stack. */
export function foreignFrame(scope: Scope): void {
  const { random, writer } = scope
  const [pointer] = targets(scope, 1) as [number]
  const distance = random.below(2048) - 1024
  const inTwo = anyImmediate(scope)
  writer.put(move(pointer, register(10)), alu("add", pointer, immediate((distance - inTwo) | 0)))
  writer.put(alu("add", pointer, immediate(inTwo), anyWidth(scope)))
  access(scope, pointer, random.below(32) - 16)
  access(scope, random.pick([pointer, 10]), random.below(1200) - 600)
}

/** Does not end by itself. */
export function endless(scope: Scope): void {
  const { random, writer, self } = scope
  const again = writer.label()
  if (!random.chance(4)) return
  writer.place(again)
  switch (random.below(6)) {
    case 0:
      writer.jump(again)
      break
    case 1:
      scope.body(1)
      writer.branch("eq", 64, 10, register(10), again)
      break
    case 2: {
      const [counter] = targets(scope, 1) as [number]
      writer.put(alu("add", counter, immediate(1), anyWidth(scope)))
      writer.branch("ne", 64, counter, immediate(-0x8000_0000), again)
      return
    }
    case 3:
      writer.call(self)
      break
    case 4:
      writer.functionAddress(2, self)
      writer.put(move(1, immediate(5)), helper(HELPER.loop))
      break
    default: {
      const end = writer.label()
      writer.mayGoto(end)
      writer.jump(again)
      writer.place(end)
      writer.branch("ne", 64, 10, immediate(0), again)
      return
    }
  }
}

/** What no verifier lets through. */
export function broken(scope: Scope): void {
  const { random, writer } = scope
  if (!random.chance(4)) return
  switch (random.below(4)) {
    case 0:
      writer.put(move(10, anyOperand(scope)))
      break
    case 1:
      writer.jump({ slot: random.below(200) })
      break
    case 2:
      writer.put({ kind: "call", callee: { kind: "register", register: random.below(10) } })
      break
    default:
      writer.put({ kind: "load64", dst: anyTarget(scope), value: { kind: "map", fd: 3 } })
  }
}
