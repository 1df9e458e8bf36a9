import type { NativeArgument, NativeElement, NativeWord } from "../../native-calls.ts"
import { LOCAL } from "../layout.ts"
import type { FoundCall } from "../natives.ts"
import { type FunctionContext, firstLeaf } from "./context.ts"
import { emitKeepSlots } from "./frame.ts"
import type { FunctionCode } from "./function-code.ts"
import { emitPast, pushLow, pushRegister, setLow, setRegister } from "./operands.ts"

/** A helper call in WebAssembly, or as `ordinary` writes it when a pointer is none. */
export function emitNativeCall(
  code: FunctionCode,
  { call, unchecked }: FoundCall,
  context: FunctionContext,
  ordinary: () => void,
): void {
  if (call.kind === "word") {
    emitWord(code, call)
    return
  }
  const natives = context.natives!
  const { start } = natives.calls
  unchecked.forEach(({ register, bytes }, index) => {
    pushRegister(code, register)
    code.i64(start).op("i64.sub")
    emitPast(code, context.memoryBytes - start - bytes)
    if (index > 0) code.op("i32.or")
  })
  if (unchecked.length > 0) {
    code.open("if")
    ordinary()
    code.op("else")
  }
  // Pointers made of thin air may lead to parts of the frame that are in registers.
  if (call.kind === "element" || call.args.some(({ kind }) => kind !== "constant"))
    emitKeepSlots(code, context)
  if (call.kind === "element") emitElement(code, call)
  else {
    for (const arg of call.args) pushArgument(code, arg)
    code.call(natives.numberOf(call.function, firstLeaf(context)))
    if (call.result === "unsigned") setLow(code, 0)
    else {
      code.op("i64.extend_i32_s")
      setRegister(code, 0)
    }
  }
  if (unchecked.length > 0) code.op("end")
}

function emitWord(code: FunctionCode, { address, offsets, size, step }: NativeWord): void {
  if (step !== undefined) {
    code.i32(0).i32(0).memory("i64.load", address).i64(step).op("i64.add")
    setRegister(code, 0)
    pushRegister(code, 0)
    code.memory("i64.store", address)
    return
  }
  code.i32(0)
  let at = address
  for (const offset of offsets) {
    code.memory("i32.load", at)
    at = offset
  }
  code.memory(size === 8 ? "i64.load" : "i32.load", at)
  if (size === 8) setRegister(code, 0)
  else setLow(code, 0)
}

function emitElement(code: FunctionCode, { base, entries, stride, cpu }: NativeElement): void {
  pushLow(code, 2)
  code.memory("i32.load").tee(LOCAL.scratch).i32(entries).op("i32.lt_u").open("if", "i32")
  code.get(LOCAL.scratch).i32(stride).op("i32.mul").i32(base).op("i32.add")
  if (cpu) code.i32(cpu.address).memory("i32.load").i32(cpu.stride).op("i32.mul", "i32.add")
  code.op("else").i32(0).op("end")
  setLow(code, 0)
}

function pushArgument(code: FunctionCode, arg: NativeArgument): void {
  if (arg.kind === "constant") code.i32(arg.value)
  else if (arg.kind === "pointer") pushLow(code, arg.register)
  else {
    pushLow(code, arg.register)
    code.i32(-1)
    pushRegister(code, arg.register)
    code.i64(0xffff_ffffn).op("i64.le_u", "select")
  }
}
