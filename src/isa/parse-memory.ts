import { type AccessSize, ATOMIC_OPERATORS } from "./opcodes.ts"
import type { Operation } from "./operation.ts"
import { NUMBER, parseImmediate, parseOperand, parseRegister, toNumber } from "./parse-operands.ts"
import type { TextCursor } from "./text-cursor.ts"

/** `(u32 *)`, `(s8 *)`: the size of an access. */
function parseAccessType(cursor: TextCursor, allowSigned: boolean): { size: AccessSize; signed: boolean } {
  cursor.skipBlanks()
  const { position } = cursor
  const match = cursor.match(/\(\s*([us])(8|16|32|64)\s*\*\s*\)/y)
  const signed = match?.[1] === "s"
  if (match === undefined || (signed && (!allowSigned || match[2] === "64"))) {
    cursor.fail(`an access type ((u8 *) … (u64 *)${allowSigned ? ", (s8 *) … (s32 *)" : ""})`, position)
  }
  return { size: (Number(match[2]) / 8) as AccessSize, signed }
}

/** `(r1 +12)`. */
function parseAddress(cursor: TextCursor): { base: number; offset: number } {
  cursor.expect("(")
  const base = parseRegister(cursor, 64)
  cursor.skipBlanks()
  const { position } = cursor
  const match = cursor.match(NUMBER)
  const offset = match === undefined ? 0 : toNumber(match[1]! + match[2]!)
  if (match?.[1] === "") cursor.fail('an offset with its sign (+12, -8) or ")"', position)
  if (offset < -0x8000 || offset > 0x7fff) cursor.fail("an offset of 16 bits (-32768 … 32767)", position)
  cursor.expect(")", match === undefined ? 'an offset with its sign (+12, -8) or ")"' : undefined)
  return { base, offset }
}

export function parseLocked(cursor: TextCursor): Operation {
  cursor.expect("*")
  const size = parseAtomicSize(cursor)
  const { base, offset } = parseAddress(cursor)
  const operator = ATOMIC_OPERATORS.find(row => cursor.take(row.symbol))
  if (operator === undefined) cursor.fail("an atomic operator (+= |= &= ^=)")
  const src = parseRegister(cursor, 64)
  return { kind: "atomic", operator: operator.name, fetch: false, size, base, offset, src }
}

function parseAtomicSize(cursor: TextCursor): 4 | 8 {
  cursor.skipBlanks()
  const { position } = cursor
  const { size } = parseAccessType(cursor, false)
  if (size !== 4 && size !== 8) cursor.fail("an atomic access type ((u32 *) or (u64 *))", position)
  return size
}

export function parseStoreRelease(cursor: TextCursor): Operation {
  cursor.expect("(")
  const { size } = parseAccessType(cursor, false)
  const { base, offset } = parseAddress(cursor)
  cursor.expect(",")
  const src = parseRegister(cursor, 64)
  cursor.expect(")")
  return { kind: "storeRelease", size, base, offset, src }
}

export function parseStore(cursor: TextCursor): Operation {
  const { size } = parseAccessType(cursor, false)
  const { base, offset } = parseAddress(cursor)
  cursor.expect("=")
  return { kind: "store", size, base, offset, source: parseOperand(cursor, 64, false) }
}

export function parseFetch(cursor: TextCursor, dst: number): Operation | undefined {
  cursor.skipBlanks()
  const { position } = cursor
  const match = cursor.match(/atomic(64)?_(fetch_(?:add|or|and|xor)|xchg|cmpxchg)(?!\w)/y)
  if (match === undefined) return undefined
  const operator = match[2]!.replace("fetch_", "") as "add" | "or" | "and" | "xor" | "xchg" | "cmpxchg"
  cursor.expect("(")
  const size = parseAtomicSize(cursor)
  if ((size === 8) !== (match[1] === "64")) cursor.fail(size === 8 ? "atomic64_…" : "atomic_…", position)
  const { base, offset } = parseAddress(cursor)
  cursor.expect(",")
  if (operator === "cmpxchg") {
    cursor.expect("r0", "r0, the value that is compared")
    cursor.expect(",")
  }
  const src = parseRegister(cursor, 64)
  cursor.expect(")")
  const result = operator === "cmpxchg" ? 0 : src
  if (dst !== result) cursor.fail(`r${result} on the left: the old value goes there`, position)
  return { kind: "atomic", operator, fetch: true, size, base, offset, src }
}

export function parseMemoryRead(cursor: TextCursor, dst: number): Operation | undefined {
  if (cursor.take("load_acquire")) {
    cursor.expect("(")
    const { size } = parseAccessType(cursor, false)
    const address = parseAddress(cursor)
    cursor.expect(")")
    return { kind: "loadAcquire", size, dst, ...address }
  }
  if (!cursor.take("*")) return undefined
  cursor.skipBlanks()
  const { position } = cursor
  const { size, signed } = parseAccessType(cursor, true)
  if (!cursor.take("skb")) return { kind: "load", size, signed, dst, ...parseAddress(cursor) }
  if (dst !== 0) cursor.fail("r0 on the left: packet loads go there", position)
  if (signed || size === 8) cursor.fail("a packet access type ((u8 *), (u16 *) or (u32 *))", position)
  cursor.expect("[")
  const index = cursor.match(/(?=r\d)/y) && parseRegister(cursor, 64)
  if (index !== undefined) cursor.expect("+")
  const offset = parseImmediate(cursor, false)
  cursor.expect("]")
  return { kind: "packetLoad", size, offset, index }
}
