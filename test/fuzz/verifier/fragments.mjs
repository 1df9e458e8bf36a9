// What random programs are made of.
import { callFragments } from "./call-fragments.mjs"
import { mapFragments } from "./map-fragments.mjs"
import { memoryFragments } from "./memory-fragments.mjs"
import { objectFragments } from "./object-fragments.mjs"
import { scalarFragments } from "./scalar-fragments.mjs"

/** By weight. Those that are marked `anywhere` use neither the context nor kept registers. */
export const FRAGMENTS = [
  ...scalarFragments,
  ...memoryFragments,
  ...mapFragments,
  ...callFragments,
  ...objectFragments,
].flatMap(([weight, fragment]) => Array(weight).fill(fragment))
