/** The calls of bpf(2) that loading and attaching come to, told one by one. May import base, catalog, kernel and object. */
export * from "./bpf-log.ts"
