import { FRAME_POINTER, type Operand } from "../../../isa/index.ts"
import { FRAME_BYTES } from "../../machine.ts"
import type { Step } from "./blocks.ts"

/** Registers that a call hands on. */
const ARGUMENTS = [1, 2, 3, 4, 5] as const

/** Whether a register is an address in a frame for ever: r10, and numbers below 0 for the frames of inner functions. */
export function isFramePointer(register: number): boolean {
  return register === FRAME_POINTER || register < 0
}

/** How far above the function's frame a register points for ever; undefined for one that holds values. */
export function frameOffset(register: number): number | undefined {
  if (register === FRAME_POINTER) return FRAME_BYTES
  return register < 0 ? (register + 1) * FRAME_BYTES : undefined
}

/** The registers whose values an operation needs, bases of accesses included. */
export function readsOf({ operation }: Step): readonly number[] {
  switch (operation.kind) {
    case "alu":
      return [operation.dst, ...operand(operation.source)]
    case "branch":
      return [operation.dst, ...operand(operation.source)]
    case "negate":
    case "byteOrder":
      return [operation.dst]
    case "move":
      return operand(operation.source)
    case "addressSpaceCast":
      return [operation.src]
    case "load":
    case "loadAcquire":
      return [operation.base]
    case "store":
      return [operation.base, ...operand(operation.source)]
    case "storeRelease":
      return [operation.base, operation.src]
    case "atomic":
      return operation.operator === "cmpxchg"
        ? [operation.base, operation.src, 0]
        : [operation.base, operation.src]
    case "packetLoad":
      return operation.index === undefined ? [6] : [6, operation.index]
    case "call":
      return operation.callee.kind === "register" ? [...ARGUMENTS, operation.callee.register] : ARGUMENTS
    case "exit":
      return [0]
    case "loopCharge":
      return [
        operation.counter,
        ...operand(operation.start),
        ...(operation.by === undefined ? [] : [operation.by]),
      ]
    case "loopLimit":
    case "loopRefund":
      return [operation.counter]
    case "load64":
    case "jump":
    case "mayGoto":
    case "invalid":
      return []
    default:
      return operation satisfies never
  }
}

function operand(source: Operand): readonly number[] {
  return source.kind === "register" ? [source.register] : []
}

/** The register that an operation gives a new value to. */
export function writeOf({ operation }: Step): number | undefined {
  switch (operation.kind) {
    case "alu":
    case "negate":
    case "byteOrder":
    case "move":
    case "addressSpaceCast":
    case "load":
    case "loadAcquire":
    case "load64":
      return operation.dst
    case "atomic":
      if (!operation.fetch) return undefined
      return operation.operator === "cmpxchg" ? 0 : operation.src
    case "packetLoad":
    case "call":
      return 0
    case "store":
    case "storeRelease":
    case "branch":
    case "jump":
    case "mayGoto":
    case "exit":
    case "invalid":
    case "loopCharge":
    case "loopLimit":
    case "loopRefund":
      return undefined
    default:
      return operation satisfies never
  }
}
