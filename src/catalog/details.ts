/**
 * The large tables of the catalogue: contexts and return codes of program types, prototypes of helpers, and
 * which programs may call which helpers and kfuncs. Apart from index.ts, so that only those pay for loading
 * them who ask. May import base.
 */
export * from "./contexts/index.ts"
export * from "./helpers/helper-allowed.ts"
export { HELPER_SETS, type HelperGrant, type HelperSetName } from "./helpers/helper-sets.ts"
export * from "./helpers/hook-lists.ts"
export * from "./helpers/map-field-rules.ts"
export { PROGRAM_HELPERS, type ProgramHelpersRow } from "./helpers/program-helpers.ts"
export * from "./helpers/prototype.ts"
export type * from "./helpers/prototype-kinds.ts"
export * from "./kfuncs/kfunc-allowed.ts"
export * from "./kfuncs/kfunc-sets.ts"
export * from "./lsm-hooks.ts"
export * from "./return-codes.ts"
