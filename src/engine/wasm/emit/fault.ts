import { GLOBAL } from "../layout.ts"
import type { FunctionCode } from "./function-code.ts"

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
    .i64(reason * 2 ** 32 + (slot >>> 0))
    .setGlobal(GLOBAL.fault)
    .op("unreachable")
}
