import type { Operation } from "./operation.ts"

/** Versions of the instruction set as clang's -mcpu counts them. */
export type IsaVersion = 1 | 2 | 3 | 4

/** The oldest version that has an operation. What is newer than v4 (arena casts, may_goto, acquire and release) counts as v4. */
export function isaVersion(operation: Operation): IsaVersion {
  switch (operation.kind) {
    case "branch":
      if (operation.width === 32) return 3
      return ["lt", "le", "slt", "sle"].includes(operation.comparison) ? 2 : 1
    case "atomic":
      return operation.operator === "add" && !operation.fetch ? 1 : 3
    case "alu":
      return operation.operator === "sdiv" || operation.operator === "smod" ? 4 : 1
    case "move":
      return operation.signExtendFrom === undefined ? 1 : 4
    case "byteOrder":
      return operation.conversion === "bswap" ? 4 : 1
    case "load":
      return operation.signed ? 4 : 1
    case "jump":
      return operation.wide ? 4 : 1
    case "mayGoto":
    case "loadAcquire":
    case "storeRelease":
    case "addressSpaceCast":
      return 4
    default:
      return 1
  }
}
