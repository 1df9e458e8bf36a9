/** Iterators: a program run once for every object of a kind, and the text it writes. May import base, kernel, maps, memory and tracing. */
export { walkedSizes } from "./map-elements.ts"
export * from "./read-iterator.ts"
export * from "./sequence.ts"
export * from "./targets.ts"
