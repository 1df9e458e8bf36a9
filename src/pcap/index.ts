/** Packet captures: files of libpcap and pcapng, read and written. May import base. */
export * from "./capture.ts"
export * from "./decode.ts"
export * from "./encode.ts"
export * from "./ethernet-frames.ts"
