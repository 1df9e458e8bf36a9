/** Kernel profiles: what programs can observe of one kernel build. May import base, btf and catalog; runs in a browser. */
export { buildProfile, type CapturedKernel } from "./build.ts"
export type { Inflate } from "./container.ts"
export { decodeProfile } from "./decode-profile.ts"
export { KernelProfile, type ProfileFacts, type ProfileSections } from "./kernel-profile.ts"
export { applyOverlay, type OverlayFunction, type ProfileOverlay, readOverlay } from "./overlay.ts"
export { type KernelSymbol, SymbolTable } from "./symbol-table.ts"
export { parseTracepoint, type Tracepoint, type TracepointField } from "./tracepoint-format.ts"
