import type { Callee, OperationOf } from "../../../isa/index.ts"
import { FRAME_BYTES, MAX_FRAMES } from "../../machine.ts"
import type { CodeWriter } from "../encode/code-writer.ts"
import { FAULT, FUNCTION_IMPORTS, GLOBAL, IMPORT, LOCAL, REGISTERS, STATUS } from "../layout.ts"
import { emitFault, emitMemoryBytes } from "./memory.ts"
import { pushLow, pushRegister, setRegister } from "./operands.ts"

/** The number of a function of the program, by its first slot. */
export type FunctionNumbers = ReadonlyMap<number, number>

export function emitCall(
  code: CodeWriter,
  { callee }: OperationOf<"call">,
  slot: number,
  functions: FunctionNumbers,
): void {
  if (callee.kind === "helper" || callee.kind === "kfunc") emitCallOut(code, callee, slot)
  else emitCallInside(code, callee, slot, functions)
}

/** What callees and the engine must know, and may change. */
function emitLeave(code: CodeWriter): void {
  code.get(LOCAL.fuel).setGlobal(GLOBAL.fuel)
}

function emitReturn(code: CodeWriter): void {
  code.getGlobal(GLOBAL.fuel).set(LOCAL.fuel)
  emitMemoryBytes(code)
}

function emitCallInside(
  code: CodeWriter,
  callee: Extract<Callee, { kind: "subprogram" | "register" }>,
  slot: number,
  functions: FunctionNumbers,
): void {
  code.get(LOCAL.depth).i32(MAX_FRAMES).op("i32.ge_u").open("if")
  emitFault(code, FAULT.frames, slot)
  code.op("end")
  code.get(LOCAL.frame).i32(FRAME_BYTES).op("i32.sub").getGlobal(GLOBAL.stackBase).op("i32.lt_u").open("if")
  emitFault(code, FAULT.stack, slot)
  code.op("end")
  emitLeave(code)
  for (let register = 1; register <= 5; register++) pushRegister(code, register)
  code.get(LOCAL.frame).i32(FRAME_BYTES).op("i32.sub")
  code.get(LOCAL.depth).i32(1).op("i32.add")
  if (callee.kind === "subprogram") code.call(FUNCTION_IMPORTS.length + functions.get(callee.target)!)
  else {
    pushRegister(code, callee.register)
    code.i32(callee.register).i32(slot).call(IMPORT.callee).callIndirect()
  }
  setRegister(code, 0)
  emitReturn(code)
}

/** A helper or a kernel function: arguments in the mailbox, and what comes of it too. */
function emitCallOut(
  code: CodeWriter,
  callee: Extract<Callee, { kind: "helper" | "kfunc" }>,
  slot: number,
): void {
  for (let register = 1; register <= 5; register++) {
    code.getGlobal(GLOBAL.mailbox)
    pushRegister(code, register)
    code.memory("i64.store", register * 8)
  }
  emitLeave(code)
  if (callee.kind === "helper") code.i32(callee.id)
  else code.i32(callee.btfId).i32(callee.module)
  code.i32(slot).get(LOCAL.frame).get(LOCAL.depth)
  code.call(callee.kind === "helper" ? IMPORT.call : IMPORT.callKfunc)
  code.tee(LOCAL.scratch).open("if")
  code.get(LOCAL.scratch).i32(STATUS.end).op("i32.eq").open("if")
  code.getGlobal(GLOBAL.mailbox).memory("i64.load").op("return", "end")
  code.op("else").getGlobal(GLOBAL.mailbox).memory("i64.load").set(REGISTERS[0]).op("end")
  emitReturn(code)
}

/** A classic load; without such bytes the function ends with 0. */
export function emitPacketLoad(
  code: CodeWriter,
  { size, offset, index }: OperationOf<"packetLoad">,
  slot: number,
): void {
  pushRegister(code, 6)
  if (index === undefined) code.i32(offset)
  else {
    pushLow(code, index)
    code.i32(offset).op("i32.add")
  }
  code.i32(size).i32(slot).call(IMPORT.loadPacket).tee(REGISTERS[0])
  code.i64(0).op("i64.lt_s").open("if")
  emitLeave(code)
  code.i64(0).op("return", "end")
  emitMemoryBytes(code)
}

export function emitExit(code: CodeWriter): void {
  emitLeave(code)
  code.get(REGISTERS[0]).op("return")
}
