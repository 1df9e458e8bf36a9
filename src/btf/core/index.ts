/** CO-RE: what an access compiled against one set of types means in another. May import base and the rest of btf. */
export { MAX_ACCESS_LENGTH, parseAccess } from "./access.ts"
export type { CoreCandidate, CoreTarget } from "./candidates.ts"
export { describeCore } from "./describe.ts"
export { essentialName } from "./essential-name.ts"
export {
  type CoreMemory,
  CoreResolver,
  type CoreResult,
  resolveCore,
} from "./resolve-core.ts"
