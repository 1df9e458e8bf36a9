import { HELPER } from "./helpers.ts"
import { ROOM } from "./layout.ts"
import { alu, helper, immediate, move, register } from "./program-writer.ts"
import { anyOperand, anySource, anyTarget, type Scope } from "./scope.ts"

/** Calls write r0; a loop whose counter it is does without them. */
function mayCall({ reserved }: Scope): boolean {
  return ![0, 1, 2, 3, 4, 5].some(number => reserved.has(number))
}

/** Registers that loops need are r6 … r9 then. */
function setArgument(scope: Scope, number: number): void {
  const { random, writer } = scope
  switch (random.below(4)) {
    case 0:
      // A pointer to the own frame.
      writer.put(move(number, register(10)), alu("add", number, immediate(-8 * (1 + random.below(16)))))
      break
    case 1:
      writer.put(move(number, immediate(ROOM + 8 * random.below(64))))
      break
    default:
      writer.put(move(number, anyOperand(scope)))
  }
}

/** A call of a subprogram, directly or by its address. */
export function subprogramCall(scope: Scope): void {
  const { random, writer, callees } = scope
  if (callees.length === 0 || !mayCall(scope) || scope.repeats > 16) return
  for (let number = 1; number <= random.below(4); number++) setArgument(scope, number)
  const callee = random.pick(callees)
  if (!random.chance(4)) {
    writer.call(callee)
    return
  }
  writer.functionAddress(0, callee)
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
  const { random, writer, callees } = scope
  if (callees.length === 0 || !mayCall(scope) || scope.repeats > 4) return
  setArgument(scope, 3)
  writer.put(move(1, random.chance(2) ? immediate(random.below(6)) : register(anySource(scope))))
  writer.functionAddress(2, random.pick(callees))
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
