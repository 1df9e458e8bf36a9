/**
 * What bpf(2) does with maps for user space, before and around the map type itself: access rights, flags, missing keys
 * and values, freezing, batches. May import what maps may.
 */
export * from "./access.ts"
export * from "./batches.ts"
export * from "./elements.ts"
