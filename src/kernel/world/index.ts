/** What happens on a machine, the same on either kernel: see `World`. */
export * from "./outcome.ts"
export * from "./socket.ts"
export * from "./socket-address.ts"
export * from "./user-program.ts"
export * from "./world.ts"
