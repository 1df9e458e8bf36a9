/** Exhibits: example programs with a scenario and what is to be seen, on either kernel. May import base, catalog, object and kernel. */
export * from "./exhibit.ts"
export * from "./run-exhibit.ts"
