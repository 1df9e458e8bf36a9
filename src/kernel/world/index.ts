/** What happens on a machine, the same on either kernel: see `World`. */
export * from "./network.ts"
export * from "./outcome.ts"
export * from "./receiver.ts"
export * from "./socket.ts"
export * from "./socket-address.ts"
export * from "./user-program.ts"
export * from "./wire.ts"
export * from "./world.ts"
