/** Control groups: their tree, who is in them, the programs on their hooks. May import base, memory, tracing and files. */
export * from "./attach-to-group.ts"
export * from "./cgroup.ts"
export * from "./cgroup-tree.ts"
export * from "./device.ts"
export * from "./group-programs.ts"
export * from "./run-group-programs.ts"
export * from "./security.ts"
export * from "./walk-groups.ts"
