import { helper } from "../catalog/index.ts"

/** How helper ids are spelled in text, and back. */
export interface HelperNames {
  /** "bpf_map_lookup_elem" for 1; undefined for an id that has no name. */
  name(id: number): string | undefined
  id(name: string): number | undefined
}

/** Id 0 is reserved, but kernels print its name. */
const UNSPECIFIED = "bpf_unspec"

/** The catalogue's names. */
export const catalogHelperNames: HelperNames = {
  name: id => (id === 0 ? UNSPECIFIED : helper(id)?.name),
  id: name => (name === UNSPECIFIED ? 0 : name.startsWith("bpf_") ? helper(name)?.id : undefined),
}
