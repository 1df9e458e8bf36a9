import { ALU_OPERATORS } from "../../../isa/index.ts"
import { COMPARISONS } from "../random-program.ts"
import { alu, constant, extend, immediate, move, register } from "./program-writer.ts"
import { anyImmediate, anyOperand, anySource, anyTarget, anyWide, anyWidth, type Scope } from "./scope.ts"

/** A few instructions on registers. */
export function arithmetic(scope: Scope): void {
  for (let count = 1 + scope.random.below(4); count > 0; count--) step(scope)
}

function step(scope: Scope): void {
  const { random, writer } = scope
  const dst = anyTarget(scope)
  switch (random.below(8)) {
    case 0:
      writer.put({ kind: "negate", width: anyWidth(scope), dst })
      break
    case 1:
      writer.put(move(dst, anyOperand(scope), anyWidth(scope)))
      break
    case 2: {
      const width = anyWidth(scope)
      const from = random.pick(width === 64 ? ([8, 16, 32] as const) : ([8, 16] as const))
      writer.put(extend(dst, anySource(scope), from, width))
      return
    }
    case 3: {
      const conversion = random.pick(["le", "be", "bswap"] as const)
      writer.put({ kind: "byteOrder", conversion, bits: random.pick([16, 32, 64] as const), dst })
      return
    }
    case 4:
      writer.put(constant(dst, anyWide(scope)))
      break
    default:
      writer.put(alu(random.pick(ALU_OPERATORS).name, dst, anyOperand(scope), anyWidth(scope)))
  }
}

/** 32-bit results that 64-bit instructions go on with: what stands in the upper half matters. */
export function narrowThenWide(scope: Scope): void {
  const { random, writer } = scope
  const [dst, other] = [anyTarget(scope), anyTarget(scope)]
  const narrow = random.pick(ALU_OPERATORS).name
  writer.put(alu(narrow, dst, anyOperand(scope), 32))
  switch (random.below(6)) {
    case 0:
      // Sign extension as compilers wrote it before movsx.
      writer.put(alu("lsh", dst, immediate(32)), alu("arsh", dst, immediate(32)))
      break
    case 1:
      writer.put(alu("lsh", dst, immediate(32)), alu("rsh", dst, immediate(random.pick([31, 32, 33]))))
      break
    case 2:
      writer.put(move(dst, register(dst), 32))
      break
    case 3:
      writer.put(extend(dst, dst, 32))
      break
    case 4:
      writer.put(alu("arsh", dst, immediate(random.below(64))))
      break
    default:
  }
  writer.put(alu(random.pick(["add", "sub", "mul", "xor", "div", "sdiv"] as const), other, register(dst)))
  if (random.chance(2)) writer.put(alu(random.pick(ALU_OPERATORS).name, dst, register(other)))
}

/** `y = x + c` and what is said about one of them holds for the other. */
export function relation(scope: Scope): void {
  const { random, writer } = scope
  const [x, y] = [anyTarget(scope), anyTarget(scope)]
  const difference = anyImmediate(scope)
  const width = anyWidth(scope)
  const end = writer.label()
  writer.put(move(y, register(x), random.chance(4) ? 32 : 64), alu("add", y, immediate(difference), width))
  if (random.chance(3)) writer.put(alu("add", x, immediate(anyImmediate(scope)), anyWidth(scope)))
  writer.branch(random.pick(COMPARISONS), anyWidth(scope), random.pick([x, y]), anyOperand(scope), end)
  writer.put(alu("sub", y, register(x), anyWidth(scope)))
  if (random.chance(2)) writer.branch("eq", anyWidth(scope), y, immediate(difference), end)
  arithmetic(scope)
  writer.place(end)
}

/** What branches, masks and shifts say about a register, asked again behind them. */
export function refinement(scope: Scope): void {
  const { random, writer } = scope
  const x = anyTarget(scope)
  const end = writer.label()
  bound(scope, x)
  for (let count = 1 + random.below(3); count > 0; count--) {
    const next = random.chance(2) ? end : writer.label()
    writer.branch(random.pick(COMPARISONS), anyWidth(scope), x, anyOperand(scope), next)
    if (random.chance(2)) bound(scope, x)
    else arithmetic(scope)
    if (next !== end) writer.place(next)
  }
  writer.place(end)
}

/** One instruction whose result says something about the value. */
function bound({ random, writer }: Scope, dst: number): void {
  const width = random.pick([32, 64] as const)
  switch (random.below(7)) {
    case 0:
      writer.put(alu("and", dst, immediate(random.pick([1, 7, 0x38, 0xff, -8, -2, 0x7fff_ffff])), width))
      break
    case 1:
      writer.put(alu("rsh", dst, immediate(random.below(64)), width))
      break
    case 2:
      writer.put(alu("arsh", dst, immediate(random.below(64)), width))
      break
    case 3:
      writer.put(alu("mod", dst, immediate(random.pick([1, 2, 13, 100, -3])), width))
      break
    case 4:
      writer.put(alu("smod", dst, immediate(random.pick([1, 2, 13, -100, -1])), width))
      break
    case 5:
      writer.put(alu("or", dst, immediate(random.pick([1, 8, -16, -0x8000_0000])), width))
      break
    default:
      writer.put(alu("lsh", dst, immediate(random.pick([1, 3, 31, 32, 33, 62, 63])), width))
  }
}

/** If, or if and else, with fragments of any kind inside. */
export function condition(scope: Scope): void {
  const { random, writer } = scope
  const [otherwise, end] = [writer.label(), writer.label()]
  writer.branch(random.pick(COMPARISONS), anyWidth(scope), anySource(scope), anyOperand(scope), otherwise)
  scope.body(1 + random.below(2))
  const hasElse = random.chance(2)
  if (hasElse) writer.jump(end, random.chance(4))
  writer.place(otherwise)
  if (hasElse) scope.body(1 + random.below(2))
  writer.place(end)
}

/** The function ends here, perhaps. */
export function earlyEnd(scope: Scope): void {
  scope.writer.branch(
    scope.random.pick(["eq", "sgt", "lt"] as const),
    anyWidth(scope),
    anySource(scope),
    immediate(scope.random.below(4)),
    scope.out,
  )
}

/** Blocks that jump among each other, into loops too: no nesting of loops and ifs is this. May_goto ends it. */
export function tangle(scope: Scope): void {
  const { random, writer, repeats } = scope
  if (repeats > 4) return
  const end = writer.label()
  const blocks = Array.from({ length: 3 + random.below(4) }, () => writer.label())
  blocks.forEach((block, index) => {
    writer.place(block)
    arithmetic(scope)
    const target = random.below(blocks.length + 1)
    if (target <= index) writer.mayGoto(end)
    writer.branch(
      random.pick(COMPARISONS),
      anyWidth(scope),
      anySource(scope),
      anyOperand(scope),
      blocks[target] ?? end,
    )
  })
  writer.place(end)
}
