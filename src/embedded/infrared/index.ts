/** Infrared receivers: what they see, the programs that decode it, and the keys that come of it. May import base, files, memory and tracing. */
export * from "./receiver.ts"
export * from "./receivers.ts"
