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
import { LOCAL, localOf } from "../layout.ts"
import type { Access } from "./access.ts"
import type { FunctionContext } from "./context.ts"
import type { FunctionCode } from "./function-code.ts"
import { pushLow, pushRegister, setLow } from "./operands.ts"

const WORD = 8

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
 * Puts the address in memory of an access through an arena pointer into LOCAL.value: 0 for loads of what is not
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
    .set(LOCAL.value)
  code.get(LOCAL.value).i64(arena.address).op("i64.add")
  code.i64(kind === "load" ? 0 : arena.sink)
  code
    .get(LOCAL.value)
    .i64(arena.size - size)
    .op("i64.le_u")
    .open("if", "i32")
  if (kind === "load") emitWithinPage(code, size)
  else {
    pushPage(code, 0)
    code.memory("i32.load8_u", arena.pages)
    emitWithinPage(code, size)
    code.op("i32.and")
  }
  // Unmapped pages hold zeros, so most loads need not ask.
  code.open("if", "i32").i32(1).op("else")
  const ends = size === 1 ? [0] : [0, size - 1]
  for (const end of ends) emitAdopt(code, arena, end)
  for (const end of ends) {
    pushPage(code, end)
    code.memory("i32.load8_u", arena.pages)
  }
  if (ends.length > 1) code.op("i32.and")
  code.op("end", "else").i32(0).op("end")
  code.op("select").set(LOCAL.value)
}

/**
 * A page that is not all zeros was brought in by user space. A call that finds that out would cost loops their
 * registers, even if it never comes to it.
 */
function emitAdopt(code: FunctionCode, arena: Arena, distance: number): void {
  pushPage(code, distance)
  code.memory("i32.load8_u", arena.pages).op("i32.eqz").open("if")
  pushPage(code, distance)
  code.i32(ARENA_PAGE_BITS).op("i32.shl").set(LOCAL.scratch).open("loop")
  code.get(LOCAL.scratch).memory("i64.load", arena.address).op("i64.eqz").open("if")
  code.get(LOCAL.scratch).i32(WORD).op("i32.add").tee(LOCAL.scratch)
  code
    .i32(ARENA_PAGE - 1)
    .op("i32.and")
    .branch("br_if", 1)
  code.op("else")
  pushPage(code, distance)
  code.i32(1).memory("i32.store8", arena.pages)
  code.op("end", "end", "end")
}

/** The page of the byte so far behind LOCAL.value. */
function pushPage(code: FunctionCode, distance: number): void {
  pushPlace(code)
  if (distance > 0) code.i32(distance).op("i32.add")
  code.i32(ARENA_PAGE_BITS).op("i32.shr_u")
}

function pushPlace(code: FunctionCode): void {
  code.get(LOCAL.value).op("i32.wrap_i64")
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
