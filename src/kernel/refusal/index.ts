export * from "./load-definition.ts"
export type { LoadedKind, LoadingKernel } from "./load-hint.ts"
export * from "./load-refusal.ts"
