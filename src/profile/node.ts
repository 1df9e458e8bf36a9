/** The built-in profiles, read from this package's files: Node only. */
export { builtinReleases, loadBuiltinProfile } from "./load-builtin.ts"
