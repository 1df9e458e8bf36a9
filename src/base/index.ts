/** What everything else stands on: bytes, errors, brands. Imports nothing of ours. */
export * from "./brand.ts"
export * from "./bytes.ts"
export * from "./errno.ts"
export * from "./errors.ts"
export * from "./nearest.ts"
export * from "./sha1.ts"
export * from "./sha256.ts"
