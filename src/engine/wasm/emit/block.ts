import type { Operation } from "../../../isa/index.ts"
import type { CodeWriter } from "../encode/code-writer.ts"
import { type Block, lengthOf } from "../flow/graph.ts"
import { FAULT, LOCAL, REGISTERS } from "../layout.ts"
import { emitAlu, emitByteOrder, emitComparison, emitMove, emitNegate } from "./arithmetic.ts"
import { emitCall, emitExit, emitPacketLoad, type FunctionContext } from "./calls.ts"
import { emitAtomic, emitFault, emitLoad, emitStore } from "./memory.ts"
import { pushLow, setLow } from "./operands.ts"

/** A block's operations but for the jump at its end. Behind an exit or a fault nothing follows. */
export function emitBlock(
  code: CodeWriter,
  operations: readonly Operation[],
  { start, end }: Block,
  context: FunctionContext,
): void {
  if (start === end) {
    emitFault(code, FAULT.left, start)
    return
  }
  let last: Operation | undefined
  for (let slot = start; slot < end; slot += lengthOf(last)) {
    last = operations[slot]!
    emitOperation(code, last, slot, context)
  }
  // Running on past the last instruction.
  if (end >= operations.length && last && !endsControl(last)) emitFault(code, FAULT.left, end)
}

function endsControl({ kind }: Operation): boolean {
  return kind === "exit" || kind === "jump" || kind === "branch" || kind === "mayGoto" || kind === "invalid"
}

/** Leaves on the stack whether the branch at a block's end is taken. */
export function emitCondition(code: CodeWriter, operations: readonly Operation[], { end }: Block): void {
  const operation = operations[end - 1]
  if (operation?.kind === "branch") emitComparison(code, operation)
  else if (operation?.kind === "mayGoto") {
    code.get(LOCAL.loopsLeft).op("i32.eqz")
    code.get(LOCAL.loopsLeft).get(LOCAL.loopsLeft).i32(0).op("i32.ne", "i32.sub").set(LOCAL.loopsLeft)
  } else throw new Error(`BUG: the block that ends at slot ${end} has no branch`)
}

/** Takes fuel for `count` instructions from `slot` on. */
export function emitCharge(code: CodeWriter, count: number, slot: number): void {
  code.get(LOCAL.fuel).i64(count).op("i64.sub").tee(LOCAL.fuel).i64(0).op("i64.lt_s").open("if")
  emitFault(code, FAULT.fuel, slot)
  code.op("end")
}

function emitOperation(code: CodeWriter, operation: Operation, slot: number, context: FunctionContext): void {
  switch (operation.kind) {
    case "alu":
      emitAlu(code, operation)
      break
    case "negate":
      emitNegate(code, operation)
      break
    case "move":
      emitMove(code, operation)
      break
    case "addressSpaceCast":
      // One memory holds arenas too, and starts at 0 in both address spaces: a pointer is its low half.
      pushLow(code, operation.src)
      setLow(code, operation.dst)
      break
    case "byteOrder":
      emitByteOrder(code, operation)
      break
    case "load64":
      emitLoad64(code, operation, slot)
      break
    case "load":
      emitLoad(code, operation, slot)
      break
    case "loadAcquire":
      emitLoad(code, { ...operation, signed: false }, slot)
      break
    case "store":
      emitStore(code, operation, slot)
      break
    case "storeRelease":
      emitStore(code, { ...operation, source: { kind: "register", register: operation.src } }, slot)
      break
    case "atomic":
      emitAtomic(code, operation, slot)
      break
    case "packetLoad":
      emitPacketLoad(code, operation, slot, context)
      break
    case "call":
      emitCall(code, operation, slot, context)
      break
    case "exit":
      emitExit(code)
      break
    case "invalid":
      emitFault(code, FAULT.invalid, slot)
      break
    case "jump":
    case "branch":
    case "mayGoto":
      break
    default:
      operation satisfies never
  }
}

function emitLoad64(
  code: CodeWriter,
  { dst, value }: Extract<Operation, { kind: "load64" }>,
  slot: number,
): void {
  if (value.kind === "immediate") code.i64(value.value).set(REGISTERS[dst]!)
  else if (value.kind === "function") code.i64(value.target).set(REGISTERS[dst]!)
  else emitFault(code, FAULT.invalid, slot)
}
