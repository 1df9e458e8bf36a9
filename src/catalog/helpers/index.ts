import { HELPERS, type HelperRow } from "./helpers.ts"

export * from "./helpers.ts"

const byId = new Map<number, HelperRow>(HELPERS.map(row => [row.id, row]))
const byName = new Map<string, HelperRow>(HELPERS.map(row => [row.name, row]))

/**
 * The row of a helper by name ("bpf_map_lookup_elem", with or without "bpf_") or number. Its prototype and who may
 * call it are in ../details.ts.
 */
export function helper(key: string | number): HelperRow | undefined {
  if (typeof key === "number") return byId.get(key)
  return byName.get(key) ?? byName.get(`bpf_${key}`)
}
