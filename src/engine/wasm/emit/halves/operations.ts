import type { AluOperator, Operand } from "../../../../isa/index.ts"
import type { Step } from "../../flow/blocks.ts"
import { isFramePointer, readsOf, writeOf } from "../../flow/registers.ts"
import type { FunctionContext } from "../context.ts"

/** Operators whose low half depends on nothing but the low halves of their operands. */
const THROUGH: ReadonlySet<AluOperator> = new Set(["add", "sub", "mul", "and", "or", "xor"])

/** Whether an operation can be written so that it gives the low half of its result and nothing else. */
export function canGiveLowAlone({ operation }: Step): boolean {
  switch (operation.kind) {
    case "alu":
      return operation.width === 32 || isMask(operation) || isThrough(operation)
    case "negate":
      return true
    case "move":
      return operation.width === 32 || operation.signExtendFrom === undefined
    case "byteOrder":
      return operation.conversion !== "le" && operation.bits === 32
    case "load64":
      return operation.value.kind === "immediate"
    case "load":
      return operation.size !== 8 && !operation.signed
    case "loadAcquire":
      return operation.size !== 8
    default:
      return false
  }
}

type Alu = Extract<Step["operation"], { kind: "alu" }>

function isThrough({ operator, source }: Alu): boolean {
  return THROUGH.has(operator) || (operator === "lsh" && isShortShift(source))
}

/** Counts are taken modulo 64, and beyond 31 the low half is 0. */
function isShortShift(count: Operand): boolean {
  return count.kind === "immediate" && count.value >= 0 && count.value < 32
}

/** `x & mask` with no more than 31 bits needs only the low half, and is one. */
export function isMask({ operator, source }: Pick<Alu, "operator" | "source">): boolean {
  return operator === "and" && source.kind === "immediate" && source.value >= 0
}

/** The registers of which an operation needs no more than the low half; `isWhole` tells whether it gives more than that. */
export function lowReadsOf(
  step: Step,
  isWhole: boolean,
  { inside, short }: FunctionContext,
): readonly number[] {
  const { operation } = step
  const reads = (): readonly number[] => readsOf(step).filter(register => !isFramePointer(register))
  switch (operation.kind) {
    case "alu":
      return operation.width === 32 || isMask(operation) || !isWhole ? reads() : []
    case "negate":
      return operation.width === 32 || !isWhole ? reads() : []
    case "move":
      if (operation.signExtendFrom !== undefined) return []
      return operation.width === 32 || !isWhole ? reads() : []
    case "branch":
      return operation.width === 32 || short.has(step) ? reads() : []
    case "loopCharge":
      return operation.isShort ? reads() : []
    case "load":
    case "loadAcquire":
      return inside.has(step) ? reads() : []
    case "store": {
      const { base, size, source } = operation
      const isNear = inside.has(step) || isFramePointer(base)
      return reads().filter(register => {
        const isBase = register === base
        const isSource = source.kind === "register" && register === source.register
        return (!isBase || isNear) && (!isSource || size !== 8)
      })
    }
    default:
      return []
  }
}

/** What a step makes of the registers whose low halves are in their locals. */
export function passLows(
  step: Step,
  valid: Set<number>,
  whole: ReadonlySet<Step>,
  { slots, inside }: FunctionContext,
): void {
  const register = writeOf(step)
  if (register !== undefined) {
    if (!whole.has(step) || givesLow(step, other => valid.has(other))) valid.add(register)
    else valid.delete(register)
  }
  // Parts of the frame that are in registers may come back from memory as something else.
  if (slots.length === 0) return
  const { operation } = step
  const mayWriteFrame =
    operation.kind === "call" || ("base" in operation && operation.kind !== "load" && !inside.has(step))
  if (mayWriteFrame) for (const slot of slots) valid.delete(slot.register)
}

/** Whether an operation that gives its whole result is written so that it gives the low half too. */
function givesLow({ operation }: Step, has: (register: number) => boolean): boolean {
  switch (operation.kind) {
    case "alu":
      return operation.width === 32 || isMask(operation)
    case "negate":
      return operation.width === 32
    case "move":
      if (operation.width === 32) return true
      if (operation.signExtendFrom !== undefined) return false
      return operation.source.kind === "register"
        ? has(operation.source.register)
        : operation.source.value >= 0
    case "byteOrder":
      return operation.conversion !== "le" && operation.bits === 32
    case "load":
      return operation.size !== 8 && !operation.signed
    case "loadAcquire":
      return operation.size !== 8
    case "addressSpaceCast":
      return true
    default:
      return false
  }
}
