/**
 * What the verifier knows of numbers: bits (`Tnum`), and bits with ranges (`Scalar`), their arithmetic, and what
 * comparisons tell. Immutable, free of everything else the verifier has. Imports nothing outside this folder.
 */

export { isAligned } from "./bits.ts"
export * from "./compare.ts"
export * from "./compare-scalars.ts"
export * from "./refine.ts"
export { refineBranchEarly } from "./refine-early.ts"
export * from "./resize.ts"
export * from "./scalar.ts"
export { between, contradiction, sync } from "./sync.ts"
export { syncEarly } from "./sync-early.ts"
export * from "./tnum.ts"
export { checked, OPERATOR, type TransferRules, type Transferred, transfer } from "./transfer.ts"
export { LOW32, signed, U64_MAX } from "./wide.ts"
