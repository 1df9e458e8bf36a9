import type { KfuncRow } from "./kfunc-row.ts"
import { KFUNCS } from "./kfuncs.ts"

export type * from "./kfunc-row.ts"
export * from "./kfuncs.ts"

const byName = new Map<string, KfuncRow>(KFUNCS.map(row => [row.name, row]))

/** The row of a kfunc by name. Who may call it is in ../details.ts. */
export function kfunc(name: string): KfuncRow | undefined {
  return byName.get(name)
}
