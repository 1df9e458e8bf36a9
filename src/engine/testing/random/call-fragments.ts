import { arithmetic } from "./arithmetic-fragments.ts"
import { HELPER } from "./helpers.ts"
import { ROOM } from "./layout.ts"
import { alu, helper, immediate, load, move, register, store } from "./program-writer.ts"
import { anyOperand, anySource, anyTarget, type Scope, SIZES, targets } from "./scope.ts"

/** Calls write r0; a loop whose counter it is does without them. */
function mayCall({ reserved }: Scope): boolean {
  return ![0, 1, 2, 3, 4, 5].some(number => reserved.has(number))
}

/** Registers that loops need are r6 … r9 then. */
function setArgument(scope: Scope, number: number): void {
  const { random, writer } = scope
  if (random.chance(2)) setPointer(scope, number)
  else writer.put(move(number, anyOperand(scope)))
}

/** To 16 bytes of the own frame, or of the room. */
function setPointer({ random, writer }: Scope, number: number): void {
  if (random.chance(3)) writer.put(move(number, immediate(ROOM + 8 * random.below(64))))
  else writer.put(move(number, register(10)), alu("add", number, immediate(-8 * (2 + random.below(15)))))
}

/** A call of a subprogram, directly or by its address. */
export function subprogramCall(scope: Scope): void {
  const { random, writer, callees } = scope
  if (callees.length === 0 || !mayCall(scope) || scope.repeats > 16) return
  for (let number = 1; number <= random.below(4); number++) setArgument(scope, number)
  const { label, takesPointer } = random.pick(callees)
  if (takesPointer) setPointer(scope, 1)
  if (!random.chance(4)) {
    writer.call(label)
    return
  }
  writer.functionAddress(0, label)
  writer.put({ kind: "call", callee: { kind: "register", register: 0 } })
}

export function helperCall(scope: Scope): void {
  const { random, writer } = scope
  if (!mayCall(scope)) return
  for (let number = 1; number <= random.below(4); number++) setArgument(scope, number)
  const { mix, difference, read, write, exit } = HELPER
  writer.put(helper(random.pick([mix, difference, read, write, write, read, random.chance(4) ? exit : mix])))
}

/** A kernel function of the kernel or of a module. */
export function kernelFunctionCall(scope: Scope): void {
  const { random, writer } = scope
  if (!mayCall(scope)) return
  const btfId = 8 * random.below(100) + random.pick([1, 2])
  writer.put({ kind: "call", callee: { kind: "kfunc", btfId, module: 0 } })
}

/** A helper that calls a function of the program back. */
export function callback(scope: Scope): void {
  const { random, writer } = scope
  const callees = scope.callees.filter(({ takesPointer }) => !takesPointer)
  if (callees.length === 0 || !mayCall(scope) || scope.repeats > 4) return
  setArgument(scope, 3)
  writer.put(move(1, random.chance(2) ? immediate(random.below(6)) : register(anySource(scope))))
  writer.functionAddress(2, random.pick(callees).label)
  writer.put(helper(HELPER.loop))
}

/** The next program takes over. */
export function tailCall(scope: Scope): void {
  const { random, writer } = scope
  if (!mayCall(scope)) return
  const skip = writer.label()
  writer.branch(
    random.pick(["sgt", "eq", "lt"] as const),
    64,
    anySource(scope),
    immediate(random.below(9)),
    skip,
  )
  writer.put(helper(HELPER.tailCall))
  writer.place(skip)
}

/** The function calls itself up to three times deep: r1 says how often, so this comes before anything changes r1. */
export function recursion(scope: Scope): void {
  const { random, writer, self } = scope
  const end = writer.label()
  writer.put(alu("and", 1, immediate(3)))
  writer.branch("eq", random.pick([32, 64] as const), 1, immediate(0), end)
  writer.put(alu("sub", 1, immediate(1), random.pick([32, 64] as const)))
  writer.call(self)
  writer.place(end)
}

/** What a function with a pointer does first: reads and writes what may be its caller's frame. */
export function throughArgument(scope: Scope): void {
  const { random, writer } = scope
  for (let count = 1 + random.below(3); count > 0; count--) {
    const size = random.pick(SIZES)
    const offset = random.below(17 - size)
    if (random.chance(3)) writer.put(load(size, 2 + random.below(8), 1, offset, random.chance(3)))
    else writer.put(store(size, 1, offset, anyOperand(scope)))
  }
}

/**
 * A register is kept in the frame, then something else writes there that does not name the frame: a copy of r10, a helper, or a
 * function that got a pointer. What is loaded must be what they wrote.
 */
export function frameEscape(scope: Scope): void {
  const { random, writer, reserved } = scope
  if (!mayCall(scope)) return
  const [pointer] = targets(scope, 1) as [number]
  const at = -8 * (2 + random.below(15))
  const [first, rest] = random.chance(2) ? [at, 0] : [at - 24, 24]
  writer.put(move(pointer, register(10)), alu("add", pointer, immediate(first)))
  if (rest !== 0) writer.put(alu("add", pointer, immediate(rest)))
  if (random.chance(4)) writer.put(store(8, 10, -400, register(pointer)), load(8, pointer, 10, -400))
  writer.put(store(8, 10, at, register(random.chance(2) ? 6 + random.below(4) : anySource(scope))))
  const [callee] = scope.callees.filter(({ takesPointer }) => takesPointer)
  const size = random.pick(SIZES)
  switch (random.below(callee === undefined ? 3 : 5)) {
    case 0:
      writer.put(store(size, pointer, random.below(9 - size), anyOperand(scope)))
      break
    case 1: {
      const src = anySource(scope)
      // Fetching would write to a register that loops need.
      writer.put({ kind: "atomic", operator: "add", fetch: false, size: 8, base: pointer, offset: 0, src })
      break
    }
    case 2:
      writer.put(move(1, register(pointer)), move(2, anyOperand(scope)), helper(HELPER.write))
      break
    default:
      writer.put(move(1, register(pointer)))
      writer.call(callee!.label)
  }
  if (reserved.size < 5) arithmetic(scope)
  writer.put(load(size, anyTarget(scope), 10, at + random.below(9 - size), random.chance(3)))
  writer.put(load(8, anyTarget(scope), 10, at))
}

/** A classic load from the packet: when its bytes are not there, the function ends. */
export function packetLoad(scope: Scope): void {
  const { random, writer, reserved } = scope
  if (reserved.has(0)) return
  const size = random.pick([1, 2, 4] as const)
  if (random.chance(2)) {
    const offset = random.below(random.chance(8) ? 120 : 90)
    writer.put({ kind: "packetLoad", size, offset, index: undefined })
    return
  }
  const index = anyTarget(scope)
  writer.put(alu("and", index, immediate(63)), { kind: "packetLoad", size, offset: random.below(16), index })
}
