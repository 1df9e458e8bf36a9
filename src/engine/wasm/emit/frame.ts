import { FRAME_BYTES } from "../../machine.ts"
import type { MemoryOpcode } from "../encode/code-writer.ts"
import { LOCAL, localOf } from "../layout.ts"
import type { FunctionContext } from "./context.ts"
import type { FunctionCode } from "./function-code.ts"

const LOADS = { 1: "i64.load8_u", 2: "i64.load16_u", 4: "i64.load32_u", 8: "i64.load" } as const
const STORES = { 1: "i64.store8", 2: "i64.store16", 4: "i64.store32", 8: "i64.store" } as const

/** Longest access less one: it may reach into a frame from below. */
const OVERLAP = 7

/** Writes what registers hold of the frame to memory, for code that may look there. */
export function emitKeepSlots(code: FunctionCode, { slots }: FunctionContext): void {
  for (const { offset, size, register } of slots) {
    const constant = pushSlot(code, offset)
    code.get(localOf(register)).memory(STORES[size] satisfies MemoryOpcode, constant)
  }
}

/** Reads it back, from code that may have written there. */
export function emitFetchSlots(code: FunctionCode, { slots }: FunctionContext): void {
  for (const { offset, size, register } of slots) {
    const constant = pushSlot(code, offset)
    code.memory(LOADS[size] satisfies MemoryOpcode, constant).set(localOf(register))
  }
}

/** `offset` counts from the function's frame, of which inner ones lie below. */
function pushSlot(code: FunctionCode, offset: number): number {
  code.get(LOCAL.frame)
  if (offset >= 0) return offset
  code.i32(offset).op("i32.add")
  return 0
}

/** An access at an address that may be anywhere: parts of the frame that are in registers must be in memory meanwhile. */
export function emitAnywhere(
  code: FunctionCode,
  context: FunctionContext,
  pushAddress: () => void,
  access: () => void,
): void {
  const bytes = (context.innerFrames + 1) * FRAME_BYTES + OVERLAP
  pushAddress()
  code.get(LOCAL.frame).i32(context.innerFrames * FRAME_BYTES + OVERLAP)
  code.op("i32.sub", "i64.extend_i32_u", "i64.sub").i64(bytes).op("i64.lt_u").open("if")
  emitKeepSlots(code, context)
  access()
  emitFetchSlots(code, context)
  code.op("else")
  access()
  code.op("end")
}
