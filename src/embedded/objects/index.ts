/**
 * What the kernel keeps by id, and for how long: programs, maps, links and BTF live as long as something refers to them. May
 * import what src/embedded may.
 */
export * from "./bpf-file-system.ts"
export type { KeptLink } from "./kept-link.ts"
export * from "./loaded-btf.ts"
export * from "./object-store.ts"
