import type { Callee, OperationOf } from "../../../isa/index.ts"
import { FRAME_BYTES } from "../../machine.ts"
import type { Step } from "../flow/blocks.ts"
import { FULL_SIGNATURE } from "../flow/signatures.ts"
import { FAULT, GLOBAL, IMPORT, LOCAL, localOf, STATUS } from "../layout.ts"
import { type FunctionContext, firstFunction } from "./context.ts"
import { emitFault } from "./fault.ts"
import { emitFetchSlots, emitKeepSlots } from "./frame.ts"
import type { FunctionCode } from "./function-code.ts"
import { emitNativeCall } from "./native-calls.ts"
import { pushLow, pushRegister, setRegister } from "./operands.ts"

export function emitCall(
  code: FunctionCode,
  { callee }: OperationOf<"call">,
  step: Step,
  context: FunctionContext,
): void {
  const { slot } = step
  if (callee.kind === "helper" || callee.kind === "kfunc") {
    const native = context.nativeCalls.get(step)
    const ordinary = (): void => emitCallOut(code, callee, slot, context)
    if (native) emitNativeCall(code, native, context, ordinary)
    else ordinary()
  } else emitCallInside(code, callee, slot, context)
}

/** What callees and the engine must know, and may change. */
function emitLeave(code: FunctionCode, context: FunctionContext): void {
  code.get(LOCAL.fuel).setGlobal(GLOBAL.fuel)
  emitKeepSlots(code, context)
}

function emitReturn(code: FunctionCode, context: FunctionContext): void {
  code.getGlobal(GLOBAL.fuel).set(LOCAL.fuel)
  emitFetchSlots(code, context)
}

function emitCallInside(
  code: FunctionCode,
  callee: Extract<Callee, { kind: "subprogram" | "register" }>,
  slot: number,
  context: FunctionContext,
): void {
  code.get(LOCAL.frame).i32(FRAME_BYTES).op("i32.sub").tee(LOCAL.scratch)
  code.getGlobal(GLOBAL.frameLimit).op("i32.lt_u").open("if")
  emitFault(code, FAULT.frame, slot)
  code.op("end")
  const { parameters, cost } =
    callee.kind === "subprogram" ? context.signatures.get(callee.target)! : FULL_SIGNATURE
  if (cost === undefined) emitLeave(code, context)
  else emitKeepSlots(code, context)
  code.get(LOCAL.scratch)
  for (let register = 1; register <= parameters; register++) pushRegister(code, register)
  if (callee.kind === "subprogram") code.call(firstFunction(context) + context.functions.get(callee.target)!)
  else {
    pushRegister(code, callee.register)
    code.i32(callee.register).i32(slot).call(IMPORT.callee).callIndirect()
  }
  setRegister(code, 0)
  if (cost === undefined) emitReturn(code, context)
  else emitFetchSlots(code, context)
}

/** A helper or a kernel function: arguments in the mailbox, and what comes of it too. */
function emitCallOut(
  code: FunctionCode,
  callee: Extract<Callee, { kind: "helper" | "kfunc" }>,
  slot: number,
  context: FunctionContext,
): void {
  for (let register = 1; register <= 5; register++) {
    code.getGlobal(GLOBAL.mailbox)
    pushRegister(code, register)
    code.memory("i64.store", register * 8)
  }
  emitLeave(code, context)
  if (callee.kind === "helper") code.i32(callee.id)
  else code.i32(callee.btfId).i32(callee.module)
  code.i32(slot).get(LOCAL.frame)
  code.call(callee.kind === "helper" ? IMPORT.call : IMPORT.callKfunc)
  code.tee(LOCAL.scratch).open("if")
  code.get(LOCAL.scratch).i32(STATUS.end).op("i32.eq").open("if")
  code.getGlobal(GLOBAL.mailbox).memory("i64.load").op("return", "end")
  code.op("else").getGlobal(GLOBAL.mailbox).memory("i64.load").set(localOf(0)).op("end")
  emitReturn(code, context)
}

/** A classic load; without such bytes the function ends with 0. */
export function emitPacketLoad(
  code: FunctionCode,
  { size, offset, index }: OperationOf<"packetLoad">,
  slot: number,
  context: FunctionContext,
): void {
  pushRegister(code, 6)
  if (index === undefined) code.i32(offset)
  else {
    pushLow(code, index)
    code.i32(offset).op("i32.add")
  }
  code.i32(size).i32(slot).call(IMPORT.loadPacket).tee(localOf(0))
  code.i64(0).op("i64.lt_s").open("if")
  emitLeave(code, context)
  code.i64(0).op("return", "end")
}

export function emitExit(code: FunctionCode, context: FunctionContext): void {
  if (code.paysItself) emitLeave(code, context)
  else emitKeepSlots(code, context)
  code.get(localOf(0)).op("return")
}
