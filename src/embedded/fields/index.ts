/** Fields with a meaning in map values and allocated objects: what they hold, how it goes. Where they are, src/btf finds. May import base, btf, engine types and memory. */
export {
  type FieldKind,
  fieldOf,
  type LayoutFinder,
  layoutFinder,
  type PlacedVariable,
  type ValueLayout,
} from "../../btf/index.ts"
export * from "./allocated-objects.ts"
export * from "./copy-value.ts"
export type * from "./deferred-calls.ts"
export * from "./program-types.ts"
export * from "./special-fields.ts"
