/** Profiles that come from files: those of this package, and what is read off a running kernel. Node only. */
export { type CaptureSources, captureProfile } from "./capture.ts"
export { builtinReleases, loadBuiltinProfile, loadProfile } from "./load-builtin.ts"
