/** Structs of operations that programs implement. May import base, kernel, object and programs. */
export * from "./congestion-controls.ts"
export * from "./register.ts"
export * from "./struct-ops-link.ts"
