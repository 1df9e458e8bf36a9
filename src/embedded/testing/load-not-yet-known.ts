import { VerifierError } from "../../base/index.ts"
import type { ObjectSpec } from "../../object/index.ts"
import type { EmbeddedKernel } from "../embedded-kernel.ts"
import type { EmbeddedLoadOptions } from "../load/load-object.ts"
import type { EmbeddedObject } from "../load/loaded-object.ts"

/**
 * Loads programs that may use what the verifier does not know yet: where it says so, without its word. Every other refusal
 * stands. To be replaced by `kernel.load` when it knows them all.
 */
export async function loadNotYetKnown(
  kernel: EmbeddedKernel,
  object: ObjectSpec,
  options: EmbeddedLoadOptions = {},
): Promise<EmbeddedObject> {
  try {
    return await kernel.load(object, options)
  } catch (error) {
    if (!(error instanceof VerifierError) || error.errno !== "ENOTSUPP") throw error
    return await kernel.load(object, { ...options, verify: false })
  }
}
