/** Kernel functions that programs call, one file a family. May import base, engine types, helpers, fields and memory. */
import type { HelperTable } from "../helpers/index.ts"
import { DYNPTR_KFUNCS } from "./dynptr-kfuncs.ts"
import { OBJECT_KFUNCS } from "./object-kfuncs.ts"
import { WORKQUEUE_KFUNCS } from "./workqueue-kfuncs.ts"

/** Every kernel function that is modelled, by its name. */
export const EMBEDDED_KFUNCS: HelperTable = {
  ...DYNPTR_KFUNCS,
  ...OBJECT_KFUNCS,
  ...WORKQUEUE_KFUNCS,
}
