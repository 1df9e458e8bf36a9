import type { OperationOf } from "../../../isa/index.ts"
import {
  ARENA_PAGE,
  ARENA_PAGE_BITS,
  ARENA_SPAN,
  ARENA_START,
  type Arena,
  arenaBias,
  arenaUpperHalf,
} from "../../arena.ts"
import { IMPORT, LOCAL, localOf } from "../layout.ts"
import type { FunctionContext } from "./context.ts"
import type { FunctionCode } from "./function-code.ts"
import type { Access } from "./memory.ts"
import { pushLow, pushRegister, setLow } from "./operands.ts"

/** A pointer's low half, and above it what the address space asks for unless it is null. */
export function emitCast(
  code: FunctionCode,
  { dst, src, to }: OperationOf<"addressSpaceCast">,
  { arena }: FunctionContext,
): void {
  const upper = arena ? arenaUpperHalf(arena, to) : 0n
  pushLow(code, src)
  if (upper === 0n) {
    setLow(code, dst)
    return
  }
  code.set(LOCAL.scratch)
  if (code.lows) code.get(LOCAL.scratch).set(code.lows.localOf(dst))
  code.i64(upper).i64(0).get(LOCAL.scratch).op("select")
  code.get(LOCAL.scratch).op("i64.extend_i32_u", "i64.or").set(localOf(dst))
}

/**
 * Puts the address in memory of an access through an arena pointer into LOCAL.address: 0 for loads of what is not
 * there, and the sink for what else goes there. `fault` is written for pointers that are no arena's.
 */
export function emitArenaAddress(
  code: FunctionCode,
  arena: Arena,
  { kind, size, base, offset }: Access,
  fault: () => void,
): void {
  pushRegister(code, base)
  code.i64(ARENA_START).op("i64.sub").i64(ARENA_SPAN).op("i64.ge_u").open("if")
  fault()
  code.op("end")
  pushLow(code, base)
  code
    .op("i64.extend_i32_u")
    .i64(offset - arenaBias(arena))
    .op("i64.add")
    .set(LOCAL.address)
  code.get(LOCAL.address).i64(arena.address).op("i64.add")
  code.i64(kind === "load" ? 0 : arena.sink)
  code
    .get(LOCAL.address)
    .i64(arena.size - size)
    .op("i64.le_u")
    .open("if", "i32")
  if (kind === "load") emitWithinPage(code, size)
  else {
    pushPlace(code)
    code.i32(ARENA_PAGE_BITS).op("i32.shr_u").memory("i32.load8_u", arena.pages)
    emitWithinPage(code, size)
    code.op("i32.and")
  }
  // Unmapped pages hold zeros, so most loads need not ask.
  code.open("if", "i32").i32(1).op("else")
  pushPlace(code)
  code.i32(size).call(IMPORT.isMapped).op("end")
  code.op("else").i32(0).op("end")
  code.op("select").set(LOCAL.address)
}

function pushPlace(code: FunctionCode): void {
  code.get(LOCAL.address).op("i32.wrap_i64")
}

/** Whether an access stays on the page that it begins on. */
function emitWithinPage(code: FunctionCode, size: number): void {
  if (size === 1) {
    code.i32(1)
    return
  }
  pushPlace(code)
  code
    .i32(ARENA_PAGE - 1)
    .op("i32.and")
    .i32(ARENA_PAGE - size)
    .op("i32.le_u")
}
