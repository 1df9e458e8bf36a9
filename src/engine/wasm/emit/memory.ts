import type { AccessSize, AtomicOperator, OperationOf } from "../../../isa/index.ts"
import { FRAME_BYTES, UNUSED_BYTES } from "../../machine.ts"
import type { CodeWriter, MemoryOpcode, PlainOpcode } from "../encode/code-writer.ts"
import { FAULT, GLOBAL, LOCAL, REGISTERS } from "../layout.ts"
import { isInFrame, limitLocal } from "./limits.ts"
import { push64, pushRegister, setRegister } from "./operands.ts"

interface Place {
  readonly base: number
  readonly offset: number
}

/**
 * Stops the program by a trap, with the reason in globals. A call would do too, but compilers of WebAssembly keep registers
 * free for calls even where they never happen: loops took twice the time.
 */
export function emitFault(code: CodeWriter, reason: number, slot: number, hasAddress = false): void {
  if (hasAddress) code.get(LOCAL.address).setGlobal(GLOBAL.faultAddress)
  code
    .i64((BigInt(reason) << 32n) | BigInt.asUintN(32, BigInt(slot)))
    .setGlobal(GLOBAL.fault)
    .op("unreachable")
}

/**
 * Leaves the 32-bit address of a checked access on the stack and gives the constant that the access adds to it. The
 * function's own frame needs no check.
 */
function emitAddress(
  code: CodeWriter,
  kind: "load" | "store" | "atomic",
  size: AccessSize,
  { base, offset }: Place,
  slot: number,
): number {
  if (isInFrame(base, offset, size)) {
    code.get(LOCAL.frame)
    return FRAME_BYTES + offset
  }
  pushRegister(code, base)
  if (offset !== 0) code.i64(offset).op("i64.add")
  code.tee(LOCAL.address)
  // Loads of the unused beginning give its zeros; anything else there is a fault.
  const limit = kind === "load" ? "load" : "store"
  if (limit === "store") code.i64(UNUSED_BYTES).op("i64.sub")
  code.get(limitLocal(limit, size)).op("i64.gt_u").open("if")
  emitFault(code, FAULT[kind] + size, slot, true)
  code.op("end").get(LOCAL.address).op("i32.wrap_i64")
  return 0
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

export function emitLoad(
  code: CodeWriter,
  { size, signed, dst, base, offset }: Omit<OperationOf<"load">, "kind">,
  slot: number,
): void {
  const constant = emitAddress(code, "load", size, { base, offset }, slot)
  code.memory(LOADS[size][signed ? 1 : 0], constant)
  setRegister(code, dst)
}

export function emitStore(
  code: CodeWriter,
  { size, base, offset, source }: Omit<OperationOf<"store">, "kind">,
  slot: number,
): void {
  const constant = emitAddress(code, "store", size, { base, offset }, slot)
  push64(code, source)
  code.memory(STORES[size], constant)
}

const ATOMICS: Readonly<Partial<Record<AtomicOperator, PlainOpcode>>> = {
  add: "i64.add",
  or: "i64.or",
  and: "i64.and",
  xor: "i64.xor",
}

/** One thread runs programs, so a load and a store are atomic. */
export function emitAtomic(
  code: CodeWriter,
  { operator, fetch, size, base, offset, src }: OperationOf<"atomic">,
  slot: number,
): void {
  const constant = emitAddress(code, "atomic", size, { base, offset }, slot)
  code.tee(LOCAL.scratch).memory(LOADS[size][0], constant).set(LOCAL.value)
  code.get(LOCAL.scratch)
  const plain = ATOMICS[operator]
  if (plain) {
    code.get(LOCAL.value)
    pushRegister(code, src)
    code.op(plain)
  } else if (operator === "xchg") pushRegister(code, src)
  else {
    pushRegister(code, src)
    code.get(LOCAL.value).get(LOCAL.value).get(REGISTERS[0])
    if (size === 4) code.i64(0xffff_ffffn).op("i64.and")
    code.op("i64.eq", "select")
  }
  code.memory(STORES[size], constant)
  if (!fetch) return
  code.get(LOCAL.value)
  setRegister(code, operator === "cmpxchg" ? 0 : src)
}
