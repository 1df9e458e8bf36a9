/** Fields of map values, data sections and allocated objects that the kernel gives a meaning. May import btf. */
export * from "./find-fields.ts"
export * from "./layout.ts"
