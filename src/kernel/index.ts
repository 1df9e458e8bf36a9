/** What every kernel offers: load, programs, maps, links, attach points. May import base, catalog, btf and object. */
export * from "./attach-point.ts"
export * from "./auto-attach.ts"
export * from "./event-type.ts"
export * from "./kconfig.ts"
export * from "./kernel.ts"
export * from "./kernel-objects.ts"
export * from "./load-plan.ts"
export * from "./map-codec.ts"
