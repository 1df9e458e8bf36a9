import type { AccessSize, AtomicOperator, OperationOf } from "../../../isa/index.ts"
import type { MemoryOpcode, PlainOpcode } from "../encode/code-writer.ts"
import type { Step } from "../flow/blocks.ts"
import { LOCAL, localOf } from "../layout.ts"
import { emitAccess } from "./access.ts"
import type { FunctionContext } from "./context.ts"
import type { FunctionCode } from "./function-code.ts"
import { push32, push64, pushRegister, setLow, setRegister } from "./operands.ts"

const LOADS: Readonly<Record<AccessSize, readonly [unsigned: MemoryOpcode, signed: MemoryOpcode]>> = {
  1: ["i64.load8_u", "i64.load8_s"],
  2: ["i64.load16_u", "i64.load16_s"],
  4: ["i64.load32_u", "i64.load32_s"],
  8: ["i64.load", "i64.load"],
}

const STORES: Readonly<Record<AccessSize, MemoryOpcode>> = {
  1: "i64.store8",
  2: "i64.store16",
  4: "i64.store32",
  8: "i64.store",
}

const SHORT_LOADS = { 1: "i32.load8_u", 2: "i32.load16_u", 4: "i32.load" } as const
const SHORT_STORES = { 1: "i32.store8", 2: "i32.store16", 4: "i32.store" } as const

export function emitLoad(
  code: FunctionCode,
  { size, signed, dst, base, offset }: Omit<OperationOf<"load">, "kind">,
  step: Step,
  context: FunctionContext,
): void {
  emitAccess(code, { kind: "load", size, base, offset }, step, context, push => {
    if (size === 8 || signed) {
      code.memory(LOADS[size][signed ? 1 : 0], push())
      setRegister(code, dst)
    } else {
      code.memory(SHORT_LOADS[size], push())
      setLow(code, dst)
    }
  })
}

export function emitStore(
  code: FunctionCode,
  { size, base, offset, source }: Omit<OperationOf<"store">, "kind">,
  step: Step,
  context: FunctionContext,
): void {
  emitAccess(code, { kind: "store", size, base, offset }, step, context, push => {
    const constant = push()
    if (size !== 8 && (source.kind === "immediate" || code.lows?.has(source.register))) {
      push32(code, source)
      code.memory(SHORT_STORES[size], constant)
    } else {
      push64(code, source)
      code.memory(STORES[size], constant)
    }
  })
}

const ATOMICS: Readonly<Partial<Record<AtomicOperator, PlainOpcode>>> = {
  add: "i64.add",
  or: "i64.or",
  and: "i64.and",
  xor: "i64.xor",
}

/** One thread runs programs, so a load and a store are atomic. */
export function emitAtomic(
  code: FunctionCode,
  { operator, fetch, size, base, offset, src }: OperationOf<"atomic">,
  step: Step,
  context: FunctionContext,
): void {
  emitAccess(code, { kind: "atomic", size, base, offset }, step, context, push => {
    const constant = push()
    code.set(LOCAL.scratch)
    // Nothing is fetched from nowhere in an arena either.
    const { arena } = context
    if (arena) code.get(LOCAL.scratch).i32(arena.sink).op("i32.ne").open("if")
    code.get(LOCAL.scratch).memory(LOADS[size][0], constant).set(LOCAL.value)
    code.get(LOCAL.scratch)
    const plain = ATOMICS[operator]
    if (plain) {
      code.get(LOCAL.value)
      pushRegister(code, src)
      code.op(plain)
    } else if (operator === "xchg") pushRegister(code, src)
    else {
      pushRegister(code, src)
      code.get(LOCAL.value).get(LOCAL.value).get(localOf(0))
      if (size === 4) code.i64(0xffff_ffffn).op("i64.and")
      code.op("i64.eq", "select")
    }
    code.memory(STORES[size], constant)
    if (fetch) {
      code.get(LOCAL.value)
      setRegister(code, operator === "cmpxchg" ? 0 : src)
    }
    if (arena) code.op("end")
  })
}
