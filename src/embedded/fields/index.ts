/** Fields with a meaning in map values and allocated objects: where they are, what they hold, how it goes. May import base, btf, engine types and memory. */
export * from "./allocated-objects.ts"
export * from "./copy-value.ts"
export type * from "./deferred-calls.ts"
export * from "./find-fields.ts"
export * from "./layout.ts"
export * from "./program-types.ts"
export * from "./special-fields.ts"
