import type { AccessSize, AtomicOperator, OperationOf } from "../../../isa/index.ts"
import type { Arena } from "../../arena.ts"
import { FRAME_BYTES, UNUSED_BYTES } from "../../machine.ts"
import type { MemoryOpcode, PlainOpcode } from "../encode/code-writer.ts"
import type { Step } from "../flow/blocks.ts"
import { frameOffset } from "../flow/registers.ts"
import { FAULT, GLOBAL, LOCAL, localOf } from "../layout.ts"
import { emitArenaAddress } from "./arena.ts"
import type { FunctionContext } from "./context.ts"
import { emitAnywhere } from "./frame.ts"
import type { FunctionCode } from "./function-code.ts"
import { emitPast, push32, push64, pushLow, pushRegister, setLow, setRegister } from "./operands.ts"

/**
 * Stops the program by a trap, with the reason in globals. A call would do too, but compilers of WebAssembly keep registers
 * free for calls even where they never happen: loops took twice the time.
 */
export function emitFault(code: FunctionCode, reason: number, slot: number, pushAddress?: () => void): void {
  if (pushAddress) {
    pushAddress()
    code.setGlobal(GLOBAL.faultAddress)
  }
  code
    .i64((BigInt(reason) << 32n) | BigInt.asUintN(32, BigInt(slot)))
    .setGlobal(GLOBAL.fault)
    .op("unreachable")
}

export interface Access {
  readonly kind: "load" | "store" | "atomic"
  readonly size: AccessSize
  readonly base: number
  readonly offset: number
}

/**
 * Checks an access and lets `body` write it: `push` leaves its 32-bit address on the stack and gives the constant that
 * the access adds to it. The function's own frame needs no check.
 */
function emitAccess(
  code: FunctionCode,
  { kind, size, base, offset }: Access,
  step: Step,
  context: FunctionContext,
  body: (push: () => number) => void,
): void {
  const frame = frameOffset(base)
  if (frame !== undefined && offset >= -FRAME_BYTES && offset + size <= 0) {
    body(() => {
      const constant = frame + offset
      code.get(LOCAL.frame)
      if (constant >= 0) return constant
      code.i32(constant).op("i32.add")
      return 0
    })
    return
  }
  if (context.inside.has(step)) {
    body(() => {
      pushLow(code, base)
      if (offset >= 0) return offset
      code.i32(offset).op("i32.add")
      return 0
    })
    return
  }
  if (context.arena) {
    emitMaybeArena(code, { kind, size, base, offset }, step, context, context.arena, body)
    return
  }
  const isWrite = kind !== "load"
  const isChecked = code.checked.has(base, offset, offset + size, isWrite)
  // With a checked access the distance from the good addresses is at hand already.
  const isAtHand = isWrite && !isChecked && context.slots.length === 0
  if (!isChecked) {
    const update = code.updates.get(step)
    const start = update ? UNUSED_BYTES : startOf(kind)
    pushSum(code, base, offset - start)
    if (isAtHand) code.tee(LOCAL.value)
    emitPast(code, context.memoryBytes - size - start)
    code.open("if")
    const push = (): void => pushSum(code, base, offset)
    if (update) emitUpdateFault(code, update, size, push)
    emitFault(code, FAULT[kind] + size, step.slot, push)
    code.op("end")
    code.checked.add(base, offset, offset + size, isWrite || update !== undefined)
  }
  const access = (): void =>
    body(() => {
      if (isAtHand) {
        code.get(LOCAL.value).op("i32.wrap_i64")
        return UNUSED_BYTES
      }
      pushLow(code, base)
      if (offset !== 0) code.i32(offset).op("i32.add")
      return 0
    })
  if (context.slots.length === 0) access()
  else emitAnywhere(code, context, () => pushSum(code, base, offset), access)
}

/** The unused beginning may be read, so there it is the write that fails. */
function emitUpdateFault(
  code: FunctionCode,
  { operation, slot }: Step,
  size: number,
  push: () => void,
): void {
  push()
  code.i64(UNUSED_BYTES).op("i64.lt_u").open("if")
  emitFault(code, FAULT[operation.kind === "atomic" ? "atomic" : "store"] + size, slot, push)
  code.op("end")
}

/** In programs with an arena: what is no other memory may be its own, which LOCAL.value becomes an address of. */
function emitMaybeArena(
  code: FunctionCode,
  access: Access,
  { slot }: Step,
  context: FunctionContext,
  arena: Arena,
  body: (push: () => number) => void,
): void {
  const { kind, size, base, offset } = access
  const start = startOf(kind)
  pushSum(code, base, offset)
  code.tee(LOCAL.value)
  if (start > 0) code.i64(start).op("i64.sub")
  emitPast(code, context.memoryBytes - size - start)
  code.open("if")
  emitArenaAddress(code, arena, access, () =>
    emitFault(code, FAULT[kind] + size, slot, () => code.get(LOCAL.value)),
  )
  code.op("end")
  const write = (): void =>
    body(() => {
      code.get(LOCAL.value).op("i32.wrap_i64")
      return 0
    })
  if (context.slots.length === 0) write()
  else emitAnywhere(code, context, () => code.get(LOCAL.value), write)
}

/** Loads of the unused beginning give its zeros; anything else there is a fault. */
function startOf(kind: Access["kind"]): number {
  return kind === "load" ? 0 : UNUSED_BYTES
}

function pushSum(code: FunctionCode, register: number, offset: number): void {
  pushRegister(code, register)
  if (offset !== 0) code.i64(offset).op("i64.add")
}

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
