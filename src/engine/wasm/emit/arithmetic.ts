import type { AluOperator, Operand, OperationOf } from "../../../isa/index.ts"
import type { PlainOpcode } from "../encode/code-writer.ts"
import type { FunctionCode } from "./function-code.ts"
import type { LowHalves } from "./halves/low-halves.ts"
import { isMask } from "./halves/operations.ts"
import { push32, push64, pushLow, pushRegister, setLow, setRegister } from "./operands.ts"

/** Operators that WebAssembly has as they are: its shifts take the low bits of their count too. */
const PLAIN: Readonly<Partial<Record<AluOperator, string>>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  or: "or",
  and: "and",
  xor: "xor",
  lsh: "shl",
  rsh: "shr_u",
  arsh: "shr_s",
}

const DIVISIONS: Readonly<Partial<Record<AluOperator, string>>> = {
  div: "div_u",
  sdiv: "div_s",
  mod: "rem_u",
  smod: "rem_s",
}

export function emitAlu(code: FunctionCode, operation: OperationOf<"alu">): void {
  const { operator, dst, source } = operation
  const width = isMask(operation) || code.lows?.isAlone ? 32 : operation.width
  const type = width === 64 ? "i64" : "i32"
  const plain = PLAIN[operator]
  const push = (): void => {
    if (width === 64) pushRegister(code, dst)
    else pushLow(code, dst)
  }
  if (plain === undefined) emitDivision(code, { operator, width, source }, push)
  else {
    push()
    if (width === 64) push64(code, source)
    else push32(code, source)
    code.op(`${type}.${plain}` as PlainOpcode)
  }
  if (width === 64) setRegister(code, dst)
  else setLow(code, dst)
}

/** RFC 9669 section 4.1: no division traps. By zero gives 0, modulo by zero the dividend, the overflow wraps. */
function emitDivision(
  code: FunctionCode,
  { operator, width, source }: Pick<OperationOf<"alu">, "operator" | "width" | "source">,
  pushDividend: () => void,
): void {
  const type = width === 64 ? "i64" : "i32"
  const isQuotient = operator === "div" || operator === "sdiv"
  const constant = (value: number): void => void (width === 64 ? code.i64(value) : code.i32(value))
  const pushDivisor = (): void => (width === 64 ? push64(code, source) : push32(code, source))
  const byZero = (): void => (isQuotient ? constant(0) : pushDividend())
  const byMinusOne = (): void => {
    constant(0)
    if (operator !== "sdiv") return
    pushDividend()
    code.op(`${type}.sub`)
  }
  const divide = (): void => {
    pushDividend()
    pushDivisor()
    code.op(`${type}.${DIVISIONS[operator]}` as PlainOpcode)
  }
  const isSigned = operator === "sdiv" || operator === "smod"
  if (source.kind === "immediate") {
    if (source.value === 0) byZero()
    else if (source.value === -1 && isSigned) byMinusOne()
    else divide()
    return
  }
  pushDivisor()
  code.op(`${type}.eqz`).open("if", type)
  byZero()
  code.op("else")
  if (isSigned) {
    pushDivisor()
    constant(-1)
    code.op(`${type}.eq`).open("if", type)
    byMinusOne()
    code.op("else")
    divide()
    code.op("end")
  } else divide()
  code.op("end")
}

export function emitNegate(code: FunctionCode, { width, dst }: OperationOf<"negate">): void {
  if (width === 64 && !code.lows?.isAlone) {
    code.i64(0)
    pushRegister(code, dst)
    code.op("i64.sub")
    setRegister(code, dst)
  } else {
    code.i32(0)
    pushLow(code, dst)
    code.op("i32.sub")
    setLow(code, dst)
  }
}

export function emitMove(
  code: FunctionCode,
  { dst, source, width, signExtendFrom }: OperationOf<"move">,
): void {
  if (signExtendFrom !== undefined) {
    push64(code, source)
    code.op(`i64.extend${signExtendFrom}_s`)
    if (width === 64) setRegister(code, dst)
    else {
      code.op("i32.wrap_i64")
      setLow(code, dst)
    }
  } else if (width === 64 && !code.lows?.isAlone) {
    push64(code, source)
    setRegister(code, dst)
    if (code.lows) copyLow(code, code.lows, dst, source)
  } else if (source.kind === "immediate") {
    code.i32(source.value)
    setLow(code, dst)
  } else {
    push32(code, source)
    setLow(code, dst)
  }
}

function copyLow(code: FunctionCode, lows: LowHalves, dst: number, source: Operand): void {
  if (source.kind === "immediate") {
    if (source.value >= 0) code.i32(source.value).set(lows.localOf(dst))
  } else if (lows.has(source.register)) code.get(lows.localOf(source.register)).set(lows.localOf(dst))
}

export function emitByteOrder(code: FunctionCode, { conversion, bits, dst }: OperationOf<"byteOrder">): void {
  const isSwapped = conversion !== "le"
  if (!isSwapped && bits === 64) return
  pushRegister(code, dst)
  if (!isSwapped) {
    code.i64(bits === 16 ? 0xffffn : 0xffff_ffffn).op("i64.and")
    setRegister(code, dst)
    return
  }
  if (bits === 16) swap(code, dst, 8n, 0xffn)
  else if (bits === 32) {
    code.op("i32.wrap_i64").i32(8).op("i32.rotl").i32(0x00ff_00ff).op("i32.and")
    pushLow(code, dst)
    code.i32(24).op("i32.rotl").i32(0xff00_ff00).op("i32.and", "i32.or")
    setLow(code, dst)
    return
  } else {
    swap(code, dst, 8n, 0x00ff_00ff_00ff_00ffn)
    pushRegister(code, dst)
    swap(code, dst, 16n, 0x0000_ffff_0000_ffffn)
    pushRegister(code, dst)
    code.i64(32).op("i64.rotl")
    setRegister(code, dst)
  }
}

/** `dst = (dst >> bits & mask) | (dst & mask) << bits`; the first `dst` is on the stack. */
function swap(code: FunctionCode, dst: number, bits: bigint, mask: bigint): void {
  code.i64(bits).op("i64.shr_u").i64(mask).op("i64.and")
  pushRegister(code, dst)
  code.i64(mask).op("i64.and").i64(bits).op("i64.shl", "i64.or")
  setRegister(code, dst)
}

const COMPARISONS = {
  eq: "eq",
  ne: "ne",
  gt: "gt_u",
  ge: "ge_u",
  lt: "lt_u",
  le: "le_u",
  sgt: "gt_s",
  sge: "ge_s",
  slt: "lt_s",
  sle: "le_s",
} as const

/** Leaves the condition of a branch on the stack. */
export function emitComparison(
  code: FunctionCode,
  { comparison, dst, source }: Omit<OperationOf<"branch">, "kind" | "target" | "width">,
  width: 32 | 64,
): void {
  const isZero = (operand: Operand): boolean => operand.kind === "immediate" && operand.value === 0
  if (width === 64) {
    pushRegister(code, dst)
    if (isZero(source) && comparison === "eq") {
      code.op("i64.eqz")
      return
    }
    push64(code, source)
    if (comparison === "set") code.op("i64.and", "i64.eqz", "i32.eqz")
    else code.op(`i64.${COMPARISONS[comparison]}`)
    return
  }
  pushLow(code, dst)
  if (isZero(source) && comparison === "ne") return
  push32(code, source)
  if (comparison === "set") code.op("i32.and")
  else code.op(`i32.${COMPARISONS[comparison]}`)
}
