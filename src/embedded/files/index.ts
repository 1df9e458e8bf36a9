/** Files of the embedded kernel: a tree of names, opening and unlinking. May import base, memory, tracing and tasks. */
export * from "./file-operations.ts"
export * from "./file-tree.ts"
export * from "./filename.ts"
export * from "./make-node.ts"
export * from "./open.ts"
export * from "./read-write.ts"
export * from "./unlink.ts"
