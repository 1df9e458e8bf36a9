import type { Comparison } from "../../../isa/index.ts"

/** What holds where a comparison does not; a test of bits has no opposite that is a comparison. */
export const OPPOSITE = {
  eq: "ne",
  ne: "eq",
  lt: "ge",
  ge: "lt",
  gt: "le",
  le: "gt",
  slt: "sge",
  sge: "slt",
  sgt: "sle",
  sle: "sgt",
  set: undefined,
} as const satisfies Readonly<Record<Comparison, Comparison | undefined>>
